// Package coredns runs CoreDNS beside a cluster, where it answers for the names of the
// services that a set of clusters shares: those of the Multi-Cluster Services API.
//
//	path, err := coredns.Build(ctx, os.Stdout)
//	server, err := coredns.Start(ctx, coredns.Options{Path: path, Kubeconfig: file, Context: "m1", Dir: dir})
//	defer server.Stop()
//	dig @127.0.0.1 -p PORT web.shop.svc.clusterset.local
//
// It is the real program, at the version that servers/coredns pins, with the plugins
// that this needs.
package coredns

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// DefaultZone is the zone of the Multi-Cluster Services API.
const DefaultZone = "clusterset.local"

// clusterZone is the cluster's own zone, which the plugin cannot be without.
const clusterZone = "cluster.local"

// Options say which cluster a server reads, and what it answers for. It reads services,
// EndpointSlices, namespaces and ServiceImports, in the version v1alpha1.
type Options struct {
	Path       string // of the program, absolute; see Build
	Kubeconfig string // a file
	Context    string // of the kubeconfig; "" is its current one
	Zone       string // of the shared services; "" is DefaultZone
	Dir        string // for the configuration and the log; created when it is not there
}

// Server is a CoreDNS that runs. It can be paused, continued, killed and restarted.
type Server struct {
	*controlplane.Process
	addr string
}

// Addr is where it answers, by UDP and TCP: "127.0.0.1:15353".
func (s *Server) Addr() string { return s.addr }

// Start starts a server and returns when it has seen the whole cluster. The cluster has
// to know ServiceImports before. The caller stops it.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Kubeconfig == "" || opts.Dir == "" {
		return nil, errors.New("start coredns: set Kubeconfig and Dir")
	}
	var addr string
	process, err := controlplane.StartProgram(ctx, controlplane.Program{
		Name: "coredns", Path: opts.Path, Dir: opts.Dir,
		Launch: func(port int) (controlplane.Launch, error) {
			addr = fmt.Sprintf("127.0.0.1:%d", port)
			return opts.launch(port)
		},
	})
	if err != nil {
		return nil, err
	}
	return &Server{process, addr}, nil
}

// launch writes the configuration for a port.
func (o Options) launch(port int) (controlplane.Launch, error) {
	ready, err := controlplane.FreePort()
	if err != nil {
		return controlplane.Launch{}, err
	}
	corefile, err := o.writeCorefile(port, ready)
	if err != nil {
		return controlplane.Launch{}, err
	}
	return controlplane.Launch{
		Args: []string{"-conf=" + corefile},
		Ready: func(ctx context.Context) error {
			if err := controlplane.Answers(fmt.Sprintf("http://127.0.0.1:%d/ready", ready))(ctx); err != nil {
				return err
			}
			return answers(ctx, fmt.Sprintf("127.0.0.1:%d", port))
		},
	}, nil
}

// answers is an error unless the server answers a question, if only by saying that
// there is no such name: it says that it is ready before it listens.
func answers(ctx context.Context, addr string) error {
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}
	_, err := resolver.LookupHost(ctx, "absent."+clusterZone+".")
	var known *net.DNSError
	if errors.As(err, &known) && known.IsNotFound {
		return nil
	}
	return err
}

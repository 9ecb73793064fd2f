package controlplane

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed" // the stages of kwok
	"fmt"
	"net/http"
	"strings"
)

// stages tell kwok what happens to nodes and pods, and when.
//
//go:embed stages.yaml
var stages []byte

// StartControllers starts a kube-controller-manager beside the server, with the
// controllers that are named, or with those that it has by default when none is.
// Name what a test needs of them, for example "serviceaccount-token-controller"
// or "namespace-controller": it is ready sooner and needs less memory. The caller
// stops it. One server has at most one.
func (s *Server) StartControllers(ctx context.Context, controllers ...string) (*Process, error) {
	if len(controllers) == 0 {
		controllers = []string{"*"}
	}
	return s.startBeside(ctx, component{
		name:   "kube-controller-manager",
		path:   s.opts.Etcd.bins.ControllerManager,
		health: "https://127.0.0.1:%d/healthz",
		flags: append(s.serveFlags(),
			"--controllers="+strings.Join(controllers, ","),
			"--service-account-private-key-file="+s.file("tokens.key"),
			"--root-ca-file="+s.file("ca.crt"),
			"--kube-api-qps=500", "--kube-api-burst=1000",
		),
	})
}

// StartScheduler starts a kube-scheduler beside the server. The caller stops it.
func (s *Server) StartScheduler(ctx context.Context) (*Process, error) {
	return s.startBeside(ctx, component{
		name:   "kube-scheduler",
		path:   s.opts.Etcd.bins.Scheduler,
		health: "https://127.0.0.1:%d/healthz",
		flags:  append(s.serveFlags(), "--kube-api-qps=500", "--kube-api-burst=1000"),
	})
}

// StartKwok starts a kwok beside the server, which plays the kubelet of every
// node: nodes become Ready, pods that are bound to them run, pods of Jobs
// complete, pods that are deleted go. The caller stops it.
func (s *Server) StartKwok(ctx context.Context) (*Process, error) {
	if err := s.write("stages.yaml", stages); err != nil {
		return nil, err
	}
	return s.startBeside(ctx, component{
		name:   "kwok",
		path:   s.opts.Etcd.bins.Kwok,
		listen: "--server-address=127.0.0.1:%d",
		health: "http://127.0.0.1:%d/healthz",
		flags: []string{
			"--config=" + s.file("stages.yaml"),
			"--kubeconfig=" + s.file("admin.kubeconfig"),
			"--manage-all-nodes",
			"--node-lease-duration-seconds=40",
			"--cidr=10.244.0.0/16",
		},
	})
}

// component is a program that runs beside a server, as its client.
type component struct {
	name, path string
	listen     string // the flag for the port; default --secure-port
	health     string // where it says that it is ready, for a port
	flags      []string
}

func (s *Server) startBeside(ctx context.Context, c component) (*Process, error) {
	if err := s.writeKubeconfig(); err != nil {
		return nil, err
	}
	client := s.healthClient()
	var process *Process
	err := startOnFreePort(ctx, func(port int) (*Process, error) {
		process = newProcess(program{name: c.name, path: c.path, dir: s.dir})
		process.args = append([]string{fmt.Sprintf(cmp.Or(c.listen, "--secure-port=%d"), port)}, c.flags...)
		process.ready = func(ctx context.Context) error { return probe(ctx, client, fmt.Sprintf(c.health, port)) }
		return process, nil
	})
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", s.opts.Name, err)
	}
	return process, nil
}

// serveFlags are those of the programs that are built like kube-controller-manager.
func (s *Server) serveFlags() []string {
	return []string{
		"--bind-address=127.0.0.1",
		"--kubeconfig=" + s.file("admin.kubeconfig"),
		"--tls-cert-file=" + s.file("serving.crt"),
		"--tls-private-key-file=" + s.file("serving.key"),
		"--leader-elect=false",
		"--profiling=false",
	}
}

// healthClient trusts the server's authority and has no credential of its own.
func (s *Server) healthClient() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(s.authority.cert)
	return oneShot(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
}

func (s *Server) writeKubeconfig() error {
	kubeconfig, err := s.Kubeconfig()
	if err != nil {
		return err
	}
	return s.write("admin.kubeconfig", kubeconfig)
}

// Package externaldns runs external-dns beside a cluster, where it publishes what
// DNSEndpoints say at a DNS server that takes dynamic updates (RFC 2136).
//
//	path, err := externaldns.Build(ctx, os.Stdout)
//	process, err := externaldns.Start(ctx, externaldns.Options{Path: path, Kubeconfig: file, Server: "127.0.0.1:15353", …})
//	defer process.Stop()
//
// It is the real program, at the version that servers/externaldns pins and with the
// modules of that release.
package externaldns

import (
	"context"
	"fmt"
	"net"
	"path/filepath"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// Options say what is read and where it is published. All of them have to be set.
type Options struct {
	Path       string // of the program, absolute; see Build
	Kubeconfig string // a file, whose current context is read
	Server     string // the DNS server: "127.0.0.1:15353"
	Zone       string // what it publishes in; other names are left alone
	Key        string // the name of the key that may change and transfer the zone
	Secret     string // of that key, HMAC-SHA256, in base64; whoever lists processes sees it
	Owner      string // whose records are ours: two with the same name remove each other's
	Dir        string // for the log; created when it is not there
}

// Start starts the program and returns when it is healthy, which is before it has
// published anything. The cluster has to know DNSEndpoints before. The caller stops it.
//
// It looks within five seconds of a change of a DNSEndpoint, which no flag shortens, and
// every 30 seconds in any case. Changes in between are seen together.
func Start(ctx context.Context, opts Options) (*controlplane.Process, error) {
	host, port, err := opts.server()
	if err != nil {
		return nil, fmt.Errorf("start external-dns: %w", err)
	}
	if opts.Kubeconfig, err = filepath.Abs(opts.Kubeconfig); err != nil {
		return nil, fmt.Errorf("start external-dns: %w", err)
	}
	return controlplane.StartProgram(ctx, controlplane.Program{
		Name: "external-dns", Path: opts.Path, Dir: opts.Dir,
		Launch: func(metrics int) (controlplane.Launch, error) {
			address := fmt.Sprintf("127.0.0.1:%d", metrics)
			flags := append(opts.source(), "--metrics-address="+address)
			return controlplane.Launch{
				Args:  append(flags, opts.target(host, port)...),
				Ready: controlplane.Answers("http://" + address + "/healthz"),
			}, nil
		},
	})
}

// server is the address of the DNS server, or which option is missing.
func (o Options) server() (host, port string, err error) {
	for _, option := range []struct{ name, value string }{
		{"Path", o.Path}, {"Kubeconfig", o.Kubeconfig}, {"Server", o.Server}, {"Zone", o.Zone},
		{"Key", o.Key}, {"Secret", o.Secret}, {"Owner", o.Owner}, {"Dir", o.Dir},
	} {
		if option.value == "" {
			return "", "", fmt.Errorf("set %s", option.name)
		}
	}
	return net.SplitHostPort(o.Server)
}

// source are the flags for what is read, and when.
func (o Options) source() []string {
	return []string{
		"--kubeconfig=" + o.Kubeconfig,
		"--source=crd",
		"--managed-record-types=A",
		"--managed-record-types=AAAA",
		"--managed-record-types=CNAME",
		"--events",
		"--min-event-sync-interval=1s",
		"--interval=30s",
	}
}

// target are the flags for where it is published. Records that are ours have a TXT
// record beside them that says so. Without a transfer of the zone it would not know
// what is there, and so change and delete nothing.
func (o Options) target(host, port string) []string {
	return []string{
		"--policy=sync",
		"--domain-filter=" + o.Zone,
		"--registry=txt",
		"--txt-owner-id=" + o.Owner,
		"--txt-prefix=ed-%{record_type}.",
		"--provider=rfc2136",
		"--rfc2136-host=" + host,
		"--rfc2136-port=" + port,
		"--rfc2136-zone=" + o.Zone,
		"--rfc2136-tsig-keyname=" + o.Key,
		"--rfc2136-tsig-secret=" + o.Secret,
		"--rfc2136-tsig-secret-alg=hmac-sha256",
		"--rfc2136-tsig-axfr",
		"--rfc2136-min-ttl=1s",
	}
}

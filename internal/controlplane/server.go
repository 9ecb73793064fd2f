package controlplane

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
)

// ServerOptions say what one API server is like.
type ServerOptions struct {
	Name string // required; names the context in its kubeconfig
	Etcd *Etcd  // required; the server has a prefix of its own in it, empty at first

	Dir  string // certificates and log; default: a new folder below that of Etcd
	Port int    // on 127.0.0.1; default: a free one

	// ServingLifetime is how long the certificate of the server is valid. A
	// negative one has expired before it starts, and the server is then never
	// ready for a client that verifies; see Server.Renew. Default: ten years.
	ServingLifetime time.Duration

	// DisabledAdmission are the admission plugins to switch off. Nil switches off
	// ServiceAccount, which accepts no pod unless a controller manager runs; use an
	// empty slice to have all that the server has by default.
	DisabledAdmission []string

	Args []string // further flags; they win over ours
}

// Server is one running API server. It authorizes with RBAC and lets nobody in
// who has no credential.
type Server struct {
	*Process
	opts      ServerOptions
	dir       string
	url       string
	prefix    string
	authority *authority
	admin     *rest.Config
}

// StartServer starts an API server that holds nothing yet, and returns when its
// /readyz answers ok. Stop it before its Etcd.
func StartServer(ctx context.Context, opts ServerOptions) (*Server, error) {
	if opts.Name == "" || opts.Etcd == nil {
		return nil, errors.New("start kube-apiserver: set Name and Etcd")
	}
	s := &Server{opts: opts, prefix: opts.Etcd.prefix(opts.Name)}
	s.dir = cmp.Or(opts.Dir, filepath.Join(opts.Etcd.dir, s.prefix))
	if err := s.prepare(); err != nil {
		return nil, fmt.Errorf("start kube-apiserver %q: %w", opts.Name, err)
	}
	if err := s.start(ctx); err != nil {
		return nil, fmt.Errorf("server %q: %w", opts.Name, err)
	}
	return s, nil
}

// URL is where clients connect, with https.
func (s *Server) URL() string { return s.url }

// Cluster is the Name that the server was started with.
func (s *Server) Cluster() string { return s.opts.Name }

// Dir holds the log and the certificates of the server.
func (s *Server) Dir() string { return s.dir }

func (s *Server) start(ctx context.Context) error {
	if s.opts.Port != 0 {
		process, err := s.describe(s.opts.Port)
		if err != nil {
			return err
		}
		return process.Restart(ctx)
	}
	return startOnFreePort(ctx, s.describe)
}

// describe makes the process and the administrator's credential for a port.
func (s *Server) describe(port int) (*Process, error) {
	s.url = fmt.Sprintf("https://127.0.0.1:%d", port)
	admin, err := s.ConfigFor(User{Name: "fedrail-admin", Groups: []string{"system:masters"}})
	if err != nil {
		return nil, err
	}
	tls, err := rest.TLSConfigFor(admin)
	if err != nil {
		return nil, err
	}
	s.admin = admin
	s.Process = newProcess(program{name: "kube-apiserver", path: s.opts.Etcd.bins.APIServer, dir: s.dir})
	s.args = s.flags(port)
	s.ready = func(ctx context.Context) error { return s.readyz(ctx, oneShot(tls)) }
	return s.Process, nil
}

// readyz also asks for the namespace that every client expects.
func (s *Server) readyz(ctx context.Context, client *http.Client) error {
	if err := probe(ctx, client, s.url+"/readyz"); err != nil {
		return err
	}
	return probe(ctx, client, s.url+"/api/v1/namespaces/default")
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }

// write writes a file that is whole whenever somebody reads it, though programs that
// start at the same time each write it.
func (s *Server) write(name string, data []byte) error {
	f, err := os.CreateTemp(s.dir, name) // nobody else may read it
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), s.file(name))
}

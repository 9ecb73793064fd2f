// Package controlplanetest gives tests real API servers.
//
// A server costs some seconds and 280 MB, so the tests of one package share them
// and keep apart by namespace; a test that pauses or kills a server has its own:
//
//	var servers controlplanetest.Pool
//
//	func TestMain(m *testing.M) { servers.Main(m) }
//
//	func TestPush(t *testing.T) {
//		member := servers.Shared(t, "m1")[0]
//		namespace := controlplanetest.Namespace(t, member)
//	}
//
// Where the binaries are missing, tests are skipped and say how to get them; with
// CI=true in the environment they fail instead.
//
// Shared and fresh servers have no controllers beside them: a namespace that is
// deleted stays Terminating, nothing is garbage-collected, and Deployments make no
// pods. Add single ones with [Controllers], or ask for [Pool.Clusters].
package controlplanetest

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// Pool is the servers of one test binary. The zero Pool is ready for Main. Its
// methods may be called concurrently.
type Pool struct {
	mu     sync.Mutex // guards what follows; held while a shared server starts
	main   bool       // Main runs
	dir    string
	etcd   *controlplane.Etcd
	shared map[string]*controlplane.Server
}

// Main runs the tests and then stops every server. Call it from TestMain and
// return. It starts nothing: the first test that asks does.
func (p *Pool) Main(m *testing.M) {
	p.mu.Lock()
	p.main = true
	p.mu.Unlock()
	m.Run() // its result is that of the test binary when TestMain returns
	p.close()
}

// Shared are the servers of these names, in this order. They are started once
// and live until the tests of the binary have ended; do not pause or stop them,
// and do not count on objects outside your own namespaces.
func (p *Pool) Shared(t testing.TB, names ...string) []*controlplane.Server {
	t.Helper()
	etcd := p.store(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	var missing []controlplane.ServerOptions
	for _, name := range names {
		if p.shared[name] == nil {
			missing = append(missing, controlplane.ServerOptions{Name: name, Etcd: etcd})
		}
	}
	for i, server := range start(t, missing) {
		p.shared[missing[i].Name] = server
	}
	servers := make([]*controlplane.Server, len(names))
	for i, name := range names {
		servers[i] = p.shared[name]
		showLogOnFailure(t, servers[i].Process)
	}
	return servers
}

// Fresh are new servers of these names, in this order, for one test alone, which
// may do with them what it likes. They are stopped when it ends.
func (p *Pool) Fresh(t testing.TB, names ...string) []*controlplane.Server {
	t.Helper()
	options := make([]controlplane.ServerOptions, len(names))
	for i, name := range names {
		options[i].Name = name
	}
	return p.FreshWith(t, options...)
}

// FreshWith is like Fresh, with options for each server. An Etcd that is nil is
// that of the pool.
func (p *Pool) FreshWith(t testing.TB, options ...controlplane.ServerOptions) []*controlplane.Server {
	t.Helper()
	options = slices.Clone(options)
	for i := range options {
		if options[i].Etcd == nil {
			options[i].Etcd = p.store(t)
		}
	}
	servers := start(t, options)
	for _, server := range servers {
		t.Cleanup(server.Stop)
		showLogOnFailure(t, server.Process)
	}
	return servers
}

// store is the etcd of the pool, started for whoever asks first.
func (p *Pool) store(t testing.TB) *controlplane.Etcd {
	t.Helper()
	bins := Binaries(t)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.etcd != nil {
		return p.etcd
	}
	require.True(t, p.main, "call Pool.Main from TestMain")
	dir, err := os.MkdirTemp("", "fedrail-test-")
	require.NoError(t, err)
	p.dir = dir
	etcd, err := controlplane.StartEtcd(context.Background(), bins, dir)
	require.NoError(t, err)
	p.etcd, p.shared = etcd, map[string]*controlplane.Server{}
	return etcd
}

func (p *Pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all sync.WaitGroup
	for _, server := range p.shared {
		all.Go(server.Stop)
	}
	all.Wait()
	if p.etcd != nil {
		p.etcd.Stop()
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir) // what is left of a folder for temporary files does no harm
	}
}

// start starts all at once, because a server mostly waits while it starts.
func start(t testing.TB, options []controlplane.ServerOptions) []*controlplane.Server {
	t.Helper()
	servers, failures := make([]*controlplane.Server, len(options)), make([]error, len(options))
	var all sync.WaitGroup
	for i := range options {
		all.Go(func() { servers[i], failures[i] = controlplane.StartServer(context.Background(), options[i]) })
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		for _, server := range slices.DeleteFunc(servers, func(s *controlplane.Server) bool { return s == nil }) {
			server.Stop()
		}
		t.Fatal(err)
	}
	return servers
}

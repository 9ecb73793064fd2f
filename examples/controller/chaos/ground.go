package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
)

// namespace is that of all objects.
const namespace = "chaos"

// ground is API servers that nobody else uses: a host and members, each with a
// store of its own. Everything of it is below one folder.
type ground struct {
	dir     string
	host    *controlplane.Server
	stores  []*controlplane.Etcd
	members []*member
	mu      sync.Mutex // guards stores
}

// newGround starts the servers. Whatever the error, clear has to be called.
func newGround(ctx context.Context, members int) (*ground, error) {
	g := &ground{members: make([]*member, members)}
	binaries, err := controlplane.Find()
	if err != nil {
		return g, err
	}
	if g.dir, err = os.MkdirTemp("", "fedrail-chaos-"); err != nil {
		return g, err
	}
	var all sync.WaitGroup
	errs := make([]error, members+1)
	all.Go(func() { g.host, _, errs[members] = g.server(ctx, binaries, "host") })
	for i := range members {
		all.Go(func() { g.members[i], errs[i] = g.member(ctx, binaries, fmt.Sprintf("member%d", i+1)) })
	}
	all.Wait()
	return g, errors.Join(errs...)
}

func (g *ground) server(ctx context.Context, binaries controlplane.Binaries, name string) (*controlplane.Server, *controlplane.Etcd, error) {
	store, err := controlplane.StartEtcd(ctx, binaries, filepath.Join(g.dir, name))
	if err != nil {
		return nil, nil, err
	}
	g.mu.Lock()
	g.stores = append(g.stores, store)
	g.mu.Unlock()
	server, err := controlplane.StartServer(ctx, controlplane.ServerOptions{Name: name, Etcd: store, Dir: filepath.Join(g.dir, name, "server")})
	return server, store, err
}

// clear stops what was started, and removes the folder.
func (g *ground) clear() error {
	var all sync.WaitGroup
	if g.host != nil {
		all.Go(g.host.Stop)
	}
	for _, m := range g.members {
		if m != nil {
			all.Go(m.close)
		}
	}
	all.Wait()
	for _, store := range g.stores {
		all.Go(store.Stop)
	}
	all.Wait()
	if g.dir == "" {
		return nil
	}
	return os.RemoveAll(g.dir)
}

func (g *ground) setup() setup.Host {
	return setup.Host{Config: g.host.Config(), Namespace: corev1beta1.DefaultNamespace}
}

// federate makes a federation of the servers, as somebody who tries the
// controller would: install, enable, join.
func (g *ground) federate(ctx context.Context) error {
	host := g.setup()
	if err := host.Install(ctx); err != nil {
		return err
	}
	if err := host.Enable(ctx, corev1beta1.NamespacesTypeConfig, configMaps().Resource); err != nil {
		return err
	}
	for _, m := range g.members {
		if err := g.join(ctx, m); err != nil {
			return err
		}
	}
	client, err := kubernetes.NewForConfig(g.host.Config())
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	return err
}

// join has a member join, once more too: it gets a new credential then.
func (g *ground) join(ctx context.Context, m *member) error {
	return g.setup().Join(ctx, setup.Member{Name: m.name, Config: m.configThroughGate(), Labels: map[string]string{"name": m.name}})
}

// kubeconfig writes that of the controller, who may do only what it needs, and
// returns its path.
func (g *ground) kubeconfig(ctx context.Context) (string, error) {
	content, err := g.setup().Kubeconfig(ctx)
	if err != nil {
		return "", err
	}
	path := filepath.Join(g.dir, "controller.kubeconfig")
	return path, os.WriteFile(path, content, 0o600)
}

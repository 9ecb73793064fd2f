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

// ground is API servers that nobody else uses: a host and members, with one store
// for all. Everything of it is below one folder.
type ground struct {
	dir     string
	etcd    *controlplane.Etcd
	host    *controlplane.Server
	members []*controlplane.Server
}

// newGround starts the servers. Whatever the error, clear has to be called.
func newGround(ctx context.Context, members int) (*ground, error) {
	binaries, err := controlplane.Find()
	if err != nil {
		return &ground{}, err
	}
	dir, err := os.MkdirTemp("", "fedrail-bench-")
	if err != nil {
		return &ground{}, err
	}
	g := &ground{dir: dir, members: make([]*controlplane.Server, members)}
	if g.etcd, err = controlplane.StartEtcd(ctx, binaries, dir); err != nil {
		return g, err
	}
	return g, g.startAll(ctx)
}

// abreast is how many servers start at a time: each is busy with that.
const abreast = 4

func (g *ground) startAll(ctx context.Context) error {
	todo := newStage[int](1 + len(g.members))
	for i := range 1 + len(g.members) {
		todo.put(i - 1)
	}
	return together(ctx, times(abreast, todo.each(func(ctx context.Context, i int) (err error) {
		if i < 0 {
			g.host, err = g.server(ctx, "host")
			return err
		}
		g.members[i], err = g.server(ctx, fmt.Sprintf("member%d", i+1))
		return err
	}))...)
}

func (g *ground) server(ctx context.Context, name string) (*controlplane.Server, error) {
	return controlplane.StartServer(ctx, controlplane.ServerOptions{Name: name, Etcd: g.etcd})
}

// clear stops what was started, and removes the folder.
func (g *ground) clear() error {
	var all sync.WaitGroup
	for _, s := range append(g.members, g.host) {
		if s != nil {
			all.Go(s.Stop)
		}
	}
	all.Wait()
	if g.etcd != nil {
		g.etcd.Stop()
	}
	return os.RemoveAll(g.dir)
}

// furnish makes the servers ready for both worlds.
func (g *ground) furnish(ctx context.Context) error {
	for _, step := range []func(context.Context) error{g.federate, g.defineBare, g.addNamespaces} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// federate makes a federation of the servers, as somebody who tries the
// controller would: install, enable, join.
func (g *ground) federate(ctx context.Context) error {
	host := setup.Host{Config: g.host.Config(), Namespace: corev1beta1.DefaultNamespace}
	if err := host.Install(ctx); err != nil {
		return err
	}
	if err := host.Enable(ctx, corev1beta1.NamespacesTypeConfig, configMaps().Resource); err != nil {
		return err
	}
	for _, m := range g.members {
		if err := host.Join(ctx, setup.Member{Name: m.Cluster(), Config: m.Config()}); err != nil {
			return err
		}
	}
	return nil
}

// addNamespaces creates the namespaces of both worlds on the host, and that of
// the bare loop in every member. The controller carries its own there.
func (g *ground) addNamespaces(ctx context.Context) error {
	errs := []error{addNamespace(ctx, g.host, controlled().namespace), addNamespace(ctx, g.host, bare().namespace)}
	for _, m := range g.members {
		errs = append(errs, addNamespace(ctx, m, bare().namespace))
	}
	return errors.Join(errs...)
}

func addNamespace(ctx context.Context, s *controlplane.Server, name string) error {
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return err
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("namespace in %s: %w", s.Cluster(), err)
	}
	return nil
}

// kubeconfig writes how the host is reached, and returns the path.
func (g *ground) kubeconfig() (string, error) {
	content, err := g.host.Kubeconfig()
	if err != nil {
		return "", err
	}
	path := filepath.Join(g.dir, "host.yaml")
	return path, os.WriteFile(path, content, 0o600)
}

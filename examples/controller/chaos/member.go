package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/propagation"
)

// pollPeriod is the time between two looks.
const pollPeriod = 100 * time.Millisecond

// member is a cluster that the controller reaches through a gate, and we do not.
type member struct {
	name    string
	dir     string // of its store
	server  *controlplane.Server
	store   *controlplane.Etcd
	gate    *gate
	foreign []unstructured.Unstructured // as they were planted
}

// member starts a server, its store and its gate. What was started is closed
// when there is an error.
func (g *ground) member(ctx context.Context, binaries controlplane.Binaries, name string) (*member, error) {
	server, store, err := g.server(ctx, binaries, name)
	if err != nil {
		return nil, err
	}
	gate, err := newGate(server)
	if err != nil {
		server.Stop()
		return nil, err
	}
	return &member{name: name, dir: filepath.Join(g.dir, name), server: server, store: store, gate: gate}, nil
}

func (m *member) close() {
	m.server.Stop()
	m.gate.close()
}

// configThroughGate is an administrator's who would have others reach the member
// through the gate, and goes around it: the gate cannot pass on a client
// certificate.
func (m *member) configThroughGate() *rest.Config {
	config := m.server.Config()
	address := strings.TrimPrefix(config.Host, "https://")
	config.Host, config.CAData = m.gate.url, slices.Concat(config.CAData, m.gate.authority)
	config.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	return config
}

// copies are the ConfigMaps in the member.
func (m *member) copies() (dynamic.ResourceInterface, error) {
	client, err := dynamic.NewForConfig(m.server.Config())
	if err != nil {
		return nil, err
	}
	return client.Resource(configMaps().GroupVersionResource()).Namespace(namespace), nil
}

// plant makes objects of somebody else: one without any mark, and one with our
// label, which is no proof that it is ours. It waits for the namespace.
func (m *member) plant(ctx context.Context) error {
	copies, err := m.copies()
	if err != nil {
		return err
	}
	m.foreign = nil
	for _, mark := range []map[string]any{{"app": "theirs"}, {propagation.ManagedLabel: "true"}} {
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{"name": fmt.Sprintf("theirs-%d", len(m.foreign)), "labels": mark},
			"data":     map[string]any{"owner": "somebody else"},
		}}
		var failed error
		err := wait.PollUntilContextTimeout(ctx, pollPeriod, time.Minute, true, func(ctx context.Context) (bool, error) {
			var made *unstructured.Unstructured
			if made, failed = copies.Create(ctx, object, metav1.CreateOptions{}); failed == nil {
				m.foreign = append(m.foreign, *made)
			}
			return failed == nil, nil
		})
		if err != nil {
			return fmt.Errorf("plant an object in %s: %w", m.name, errors.Join(err, failed))
		}
	}
	return nil
}

// wipe has the member lose all its data. It is ready again then, and knows
// nobody.
func (m *member) wipe(ctx context.Context) error {
	m.server.Kill()
	m.store.Kill()
	if err := os.RemoveAll(filepath.Join(m.dir, "data")); err != nil {
		return err
	}
	if err := m.store.Restart(ctx); err != nil {
		return err
	}
	return m.server.Restart(ctx)
}

func (m *member) cluster() federation.Cluster {
	return federation.Cluster{Name: federation.ClusterName(m.name), Labels: map[string]string{"name": m.name}}
}

package pull_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

// bed is a federation of members that the host does not reach: Controller, Source
// and Ledger are those of any other.
type bed struct {
	*testbed.Bed
	agents []func() // stop them
	want   []map[string]string
}

// unreachable are members that there is no way to.
type unreachable struct{ *pull.Registry }

func (unreachable) Config(name federation.ClusterName) (*rest.Config, error) {
	return nil, fmt.Errorf("cluster %s is behind a firewall: %w", name, federation.ErrClusterNotFound)
}

// newBed is such a federation, with a host of its own. Its agents and its loops
// run.
func newBed(t *testing.T, members ...string) *bed {
	host := servers.Fresh(t, "host")[0]
	b := &bed{Bed: testbed.New(t, host, servers.Shared(t, members...), configMaps)}
	registry := unreachable{registryOf(t, host)}
	b.Clusters = registry
	b.Types.Loop.Patience = 20 * time.Second
	b.Types.Carry = func(c *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
		toHost := dial(t, host.Config(), b.Counter, testbed.HostName)
		return pull.New(pull.Options{Client: toHost.objects, Writer: toHost.writer, Type: c.Spec.TargetType.Type()})
	}
	for _, s := range b.Servers {
		admit(t, host, federation.ClusterName(s.Cluster()), labels.Set{"name": s.Cluster()})
		b.want = append(b.want, map[string]string{})
		b.agents = append(b.agents, nil)
	}
	for i := range b.Servers {
		b.startAgent(i)
	}
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	return b
}

// registryOf runs a registry.
func registryOf(t *testing.T, host *controlplane.Server) *pull.Registry {
	toHost := dial(t, host.Config(), budget.New(), "registry")
	registry, err := pull.NewRegistry(pull.RegistryOptions{Client: toHost.objects})
	require.NoError(t, err)
	background(t, registry.Start)
	return registry
}

// startAgent starts the agent of a member; b.agents[i] stops it.
func (b *bed) startAgent(i int) {
	o := agentOf(b, b.Host, b.Servers[i], b.Counter)
	o.Heartbeat = 2 * time.Second // a member that is late with it, for the machine is busy, is reported as away
	b.agents[i] = run(b, o)
}

// fill declares objects from one number to another, for all members.
func (b *bed) fill(from, to int) {
	b.Helper()
	for i := from; i < to; i++ {
		name, color := fmt.Sprintf("c-%03d", i), fmt.Sprintf("color-%d", i)
		b.Create(configMaps, name, map[string]any{
			"template":  map[string]any{"data": map[string]any{"color": color}},
			"placement": map[string]any{"clusterSelector": map[string]any{}},
		})
		b.expect(name, color)
	}
}

// paint changes all objects.
func (b *bed) paint(color string) {
	b.Helper()
	for _, name := range b.names() {
		b.Patch(configMaps, name, fmt.Sprintf(`{"spec":{"template":{"data":{"color":%q}}}}`, color))
		b.expect(name, color)
	}
}

// empty deletes all objects, and waits until they are gone.
func (b *bed) empty() {
	b.Helper()
	names := b.withdraw()
	b.untilHeld()
	b.untilGone(names)
}

// withdraw deletes all objects, and returns their names.
func (b *bed) withdraw() []string {
	b.Helper()
	names := b.names()
	for _, name := range names {
		require.NoError(b, b.Federated(configMaps).Delete(context.Background(), name, metav1.DeleteOptions{}))
	}
	for i := range b.want {
		clear(b.want[i])
	}
	return names
}

func (b *bed) untilGone(names []string) {
	b.Helper()
	for _, name := range names {
		b.UntilGone(configMaps, name)
	}
}

func (b *bed) names() []string { return slices.Sorted(maps.Keys(b.want[0])) }

func (b *bed) expect(name, color string) {
	for i := range b.want {
		b.want[i][name] = color
	}
}

// untilHeld waits until every member holds exactly what it should.
func (b *bed) untilHeld() {
	b.Helper()
	for i := range b.Servers {
		if !b.Holds(func() bool { return maps.Equal(b.held(i), b.want[i]) }) {
			require.Equal(b, b.want[i], b.held(i), b.Servers[i].Cluster())
		}
	}
}

// untilAllReady waits until the host knows.
func (b *bed) untilAllReady() {
	b.Helper()
	for _, name := range b.names() {
		b.UntilReady(configMaps, name)
	}
}

// held is what a member holds: the color of each copy, by name.
func (b *bed) held(i int) map[string]string {
	client, err := dynamic.NewForConfig(b.Servers[i].Config())
	require.NoError(b, err)
	list, err := client.Resource(configMaps.GroupVersionResource()).Namespace(b.Namespace).
		List(context.Background(), metav1.ListOptions{LabelSelector: propagation.ManagedLabel + "=true"})
	require.NoError(b, err)
	held := map[string]string{}
	for _, o := range list.Items {
		held[o.GetName()], _, _ = unstructured.NestedString(o.Object, "data", "color")
	}
	return held
}

// bundleWrites are those of the host's controller, or of the agents.
func bundleWrites(made budget.Requests, status string) budget.Requests {
	return made.Only(func(r budget.Request) bool {
		return r.Resource == "bundles" && r.Write() && r.Subresource == status
	})
}

package federated_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
)

// collecting is a Propagator to members in memory that tells the status of copies.
type collecting struct{ *memory.Propagator }

// Apply implements [propagation.Propagator].
func (c collecting) Apply(ctx context.Context, cluster federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	out, err := c.Propagator.Apply(ctx, cluster, want, how)
	if held := c.Get(cluster, propagation.KeyOf(want)); held != nil {
		out.Status, _, _ = unstructured.NestedMap(held.Object, "status")
	}
	return out, err
}

// balanced is the status of a Service whose load balancer has so many addresses.
func balanced(cluster string, n int) map[string]any {
	addresses := []any{}
	for i := range n {
		addresses = append(addresses, map[string]any{"hostname": fmt.Sprintf("%d.%s.%s.example.com", i, cluster, strings.Repeat("x", 100))})
	}
	return map[string]any{"loadBalancer": map[string]any{"ingress": addresses}}
}

// addressesOf are how many addresses a status has.
func addressesOf(content map[string]any) int {
	all, _, _ := unstructured.NestedSlice(content, "loadBalancer", "ingress")
	return len(all)
}

// TestAStatusForWhichThereIsNoRoomStaysAsItWas where the status of each Service is
// collected, and does not become an empty one.
func TestAStatusForWhichThereIsNoRoomStaysAsItWas(t *testing.T) {
	const n, few, many = 300, 1, 10
	b := testbed.New(t, servers.Shared(t, "host")[0], nil, services)
	collect(b, `{"spec":{"statusType":{"group":"core.kubefed.io","version":"v1alpha1","kind":"FederatedServiceStatus",
		"pluralName":"federatedservicestatuses","scope":"Namespaced"}}}`)
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("cluster-%03d", i))
		b.Members.Put(federation.Cluster{Name: federation.ClusterName(names[i]), Ready: true})
	}
	pretend := &memory.Propagator{}
	b.Types.Carry = func(c *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
		if c.Spec.TargetType.Kind == services.Kind {
			return collecting{pretend}, nil
		}
		return &memory.Propagator{}, nil
	}
	b.Run()
	b.Create(services, "web", map[string]any{
		"template":  map[string]any{"spec": map[string]any{"ports": []any{map[string]any{"port": int64(80)}}}},
		"placement": map[string]any{"clusterSelector": map[string]any{}},
	})
	b.UntilReady(services, "web")
	have := func(addresses int) {
		for _, name := range names {
			pretend.PutStatus(federation.ClusterName(name), propagation.Key{Namespace: b.Namespace, Name: "web"}, balanced(name, addresses))
		}
	}
	have(few)
	b.Until("all are collected", func() bool { return collected(b)[few] == n })

	have(many)
	b.Until("there is no room for all", func() bool {
		told := map[int]int{}
		for _, c := range b.Status(services, "web").Clusters {
			told[addressesOf(c.RemoteStatus)]++
		}
		return told[many] > 0 && told[0] > 0 && told[many]+told[0] == n
	})
	b.Until("those that are told follow", func() bool { return collected(b)[many] > 0 })
	b.Quiet()
	now := addressesIn(b)
	for _, c := range b.Status(services, "web").Clusters {
		want := few
		if c.RemoteStatus != nil {
			want = many
		}
		require.Equal(t, want, now[c.Name], c.Name)
	}
}

// collected are how many clusters have so many addresses.
func collected(b *testbed.Bed) map[int]int {
	number := map[int]int{}
	for _, addresses := range addressesIn(b) {
		number[addresses]++
	}
	return number
}

// addressesIn are the numbers of addresses that are collected, by cluster.
func addressesIn(b *testbed.Bed) map[string]int {
	number := map[string]int{}
	o, err := serviceStatuses(b).Get(b.Context(), "web", metav1.GetOptions{})
	if err != nil {
		return number
	}
	all, _, _ := unstructured.NestedSlice(o.Object, "clusterStatus")
	for _, entry := range all {
		entry := entry.(map[string]any)
		number[entry["clusterName"].(string)] = addressesOf(entry["status"].(map[string]any))
	}
	return number
}

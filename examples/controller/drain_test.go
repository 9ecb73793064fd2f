package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// divide has a preference divide the replicas of a Deployment evenly. What left a
// member comes back at once.
func (w *world) divide(name string, total int64) {
	w.t.Helper()
	_, err := w.client.Resource(v1alpha1.ReplicaSchedulingPreferences()).Namespace(w.namespace).Create(w.t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion().String(), "kind": "ReplicaSchedulingPreference",
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{"targetKind": "FederatedDeployment", "totalReplicas": total, "planner": "Fair",
			"failover": map[string]any{"return": "AtOnce"}},
	}}, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

// becomeReady has a member's Deployment say that as many are ready as it asks for.
func (w *world) becomeReady(member int, name string) {
	w.t.Helper()
	deployments := w.members[member].AppsV1().Deployments(w.namespace)
	o, err := deployments.Get(w.t.Context(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	n := *o.Spec.Replicas
	o.ResourceVersion, o.Status.ObservedGeneration = "", o.Generation // whatever was written since
	o.Status.Replicas, o.Status.UpdatedReplicas, o.Status.ReadyReplicas, o.Status.AvailableReplicas = n, n, n, n
	_, err = deployments.UpdateStatus(w.t.Context(), o, metav1.UpdateOptions{})
	require.NoError(w.t, err)
}

// A drain of a member ends when the replicas that a preference gave it are ready in
// another one, and not before; uncordon brings them back in the same way.
func TestADrainWaitsUntilReplicasAreReadyElsewhere(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "deployments.apps"))
	for _, server := range servers.Shared(t, "m1", "m2") {
		w.join(server)
	}
	p := w.start(quick)
	p.isReady("leader")
	w.declareDeployment("web", "settings")
	w.divide("web", 6)
	w.hasReplicas("web", 3, 3)
	w.becomeReady(0, "web")
	w.becomeReady(1, "web")

	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	said, ended := &output{}, make(chan error, 1)
	go func() { ended <- w.runsTo(ctx, said, "drain", "m1", "--wait") }()
	w.hasReplicas("web", 3, 6)
	object := "FederatedDeployment " + w.namespace + "/web"
	require.Eventually(t, func() bool { return strings.Contains(said.String(), "1 to go: "+object+" (3 replicas ready)\n") }, soon, tick)
	require.Empty(t, ended, "six are told to start, and none of the three more is ready: %s", said)
	w.becomeReady(1, "web")
	require.Eventually(t, func() bool { return len(ended) > 0 }, soon, tick, "it ends")
	require.NoError(t, <-ended)
	require.Regexp(t, "^m1 is being drained\n(.*\n)*m1 is drained(; what tolerates it stays: FederatedNamespace .*)?\n$", said.String())
	list, err := w.members[0].AppsV1().Deployments(w.namespace).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, list.Items)

	w.answers("m1 is uncordoned\n", "uncordon", "m1")
	w.hasReplicas("web", 3, 6)
	w.becomeReady(0, "web")
	w.hasReplicas("web", 3, 3)
	require.Equal(t, 0, p.terminate())
}

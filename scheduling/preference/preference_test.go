package preference_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation/budget"
)

// nine are nine Deployments' replicas, five of them in the first member.
func nine() fields {
	return fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(9),
		"clusters": fields{"member1": fields{"weight": int64(2)}, "*": fields{"weight": int64(1)}}}
}

// untilHeld waits until the members' copies ask for so many.
func (w *world) untilHeld(name string, want by) {
	w.Helper()
	if !w.Holds(func() bool { return maps.Equal(want, w.held(name)) }) {
		s, _ := w.status(name)
		require.Equal(w, want, w.held(name), "%+v", s)
	}
}

func TestReplicasAreDividedOverTheClusters(t *testing.T) {
	w := federate(t, 3, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", nine())
	w.untilScheduled("web")
	w.Until("nine", func() bool { return sum(w.held("web")) == 9 && w.held("web")["member1"] == 5 })
	w.allReady("web")
	w.Until("all ready", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 9 })
	s := w.untilScheduled("web")
	require.Equal(t, w.held("web"), planned(s))
	require.Equal(t, []string{"/spec/replicas"}, s.Fields)
	require.Equal(t, []string{"member1", "member2", "member3"}, w.placed(deployments, "web"))
	first := s.Clusters[0]
	require.Equal(t, v1alpha1.ClusterShare{Name: "member1", Replicas: 5, Given: 5, Ready: 5, Reason: "ByWeight", Message: "its share by weight"}, first)
}

func sum(all by) (n int64) {
	for _, one := range all {
		n += one
	}
	return n
}

// TestWhatAPreferenceCosts counts the writes of the controller to the host; there
// are no requests of it to members.
func TestWhatAPreferenceCosts(t *testing.T) {
	w := federate(t, 3, deployments)
	w.begin()
	w.deploy("web", fields{"placement": fields{"clusters": []any{}}})
	w.Until("reported", func() bool { return w.Status(deployments, "web").ObservedGeneration == 1 })
	cost := func(change func()) int {
		before := w.Quiet()
		change()
		return writes(w.Quiet().Since(before))
	}
	require.Equal(t, 2, cost(func() { w.prefer("web", nine()); w.untilScheduled("web") }), "a new preference: what the object says, and the status")
	require.Equal(t, 2, cost(func() { w.change("web", `{"spec":{"totalReplicas":12}}`); w.untilScheduled("web") }), "another total")
	require.Equal(t, 1, cost(func() { w.change("web", `{"spec":{"clusters":{"member9":{"weight":1}}}}`); w.untilScheduled("web") }), "what changes no number")
	require.LessOrEqual(t, cost(func() {
		w.allReady("web")
		w.Until("ready", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 12 })
	}), 3, "replicas become ready in three members")
	require.Equal(t, 0, cost(func() { w.halt(); w.schedule() }), "a restart")
	require.Equal(t, 0, cost(func() { w.Patch(deployments, "web", `{"spec":{"template":{"spec":{"paused":true}}}}`) }), "another template")
	require.Empty(t, w.Counter.Requests().Only(func(r budget.Request) bool {
		return r.Cluster == schedulerName && r.Verb != "list" && r.Verb != "watch" && r.Verb != "patch" && r.Resource != "events"
	}), "nothing else is asked of the host")
}

func TestWhatOthersWriteStays(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	image := fields{"path": "/spec/template/spec/containers/0/image", "value": "example.test/web:2"}
	w.deploy("web", fields{
		"placement": fields{"clusterSelector": fields{}},
		"overrides": []any{
			fields{"clusterName": "gone", "clusterOverrides": []any{fields{"path": "/spec/replicas", "value": int64(7)}}},
			fields{"clusterName": "away", "clusterOverrides": []any{fields{"path": "/spec/replicas", "value": int64(7)}, image}},
			fields{"clusterName": "member2", "clusterOverrides": []any{image, fields{"path": "/spec/replicas", "value": int64(1)}, fields{"path": "/spec/paused", "op": "add", "value": true}}},
		},
	})
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(8), "rebalance": true})
	w.untilScheduled("web")
	o, err := w.Federated(deployments).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	overrides, _, err := unstructured.NestedSlice(o.Object, "spec", "overrides")
	require.NoError(t, err)
	require.Equal(t, []any{
		fields{"clusterName": "away", "clusterOverrides": []any{image}},
		fields{"clusterName": "member2", "clusterOverrides": []any{image, fields{"path": "/spec/replicas", "value": int64(4)}, fields{"path": "/spec/paused", "op": "add", "value": true}}},
		fields{"clusterName": "member1", "clusterOverrides": []any{fields{"path": "/spec/replicas", "value": int64(4)}}},
	}, overrides)
	selector, found, err := unstructured.NestedMap(o.Object, "spec", "placement", "clusterSelector")
	require.NoError(t, err)
	require.True(t, found, "%v", selector)
}

func TestSomebodyWhoEditsOverridesAtTheSameTimeLosesNothing(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(1)})
	w.untilScheduled("web")
	const edits = 20
	for i := range int64(edits) { // what both change at a time
		w.change("web", `{"spec":{"totalReplicas":`+string(rune('1'+i%9))+`}}`)
		w.edit(func(o *unstructured.Unstructured) {
			list, _, err := unstructured.NestedSlice(o.Object, "spec", "overrides")
			require.NoError(t, err)
			name := "person" + string(rune('a'+i))
			list = append(list, fields{"clusterName": name, "clusterOverrides": []any{fields{"path": "/spec/paused", "value": true}}})
			require.NoError(t, unstructured.SetNestedSlice(o.Object, list, "spec", "overrides"))
		})
	}
	w.change("web", `{"spec":{"totalReplicas":50}}`)
	w.untilScheduled("web")
	require.Equal(t, by{"member1": 50}, w.told(deployments, "web", "/spec/replicas"))
	others := slices.DeleteFunc(w.spec(deployments, "web").Overrides, func(o federatedkind.Override) bool { return o.ClusterName == "member1" })
	require.Len(t, others, edits)
}

// edit changes the federated object as a person does who reads it first.
func (w *world) edit(change func(*unstructured.Unstructured)) {
	w.Helper()
	w.Until("edited", func() bool {
		o, err := w.Federated(deployments).Get(context.Background(), "web", metav1.GetOptions{})
		require.NoError(w, err)
		change(o)
		_, err = w.Federated(deployments).Update(context.Background(), o, metav1.UpdateOptions{})
		return err == nil
	})
}

func TestAPersonWhoChangesTheNumberIsSetRight(t *testing.T) {
	w := federate(t, 1, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(4)})
	w.untilHeld("web", by{"member1": 4})
	w.Patch(deployments, "web", `{"spec":{"overrides":[]}}`)
	w.Until("told again", func() bool { return w.told(deployments, "web", "/spec/replicas")["member1"] == 4 })
}

func TestMembersThatComeAndGo(t *testing.T) {
	w := federate(t, 3, deployments)
	late, _ := w.Members.Snapshot().Get("member3")
	w.Members.Remove("member3")
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "rebalance": true})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	w.allReady("web")
	w.Members.Put(late)
	w.Until("told", func() bool { return w.held("web")["member3"] == 2 })
	w.Until("they wait for it", func() bool { s, _ := w.status("web"); return s.Clusters[0].Given == 3 })
	w.allReady("web")
	w.untilHeld("web", by{"member1": 2, "member2": 2, "member3": 2})
	w.allReady("web")
	leaving := late
	leaving.Leaving = federation.LeavingOrphan
	w.Members.Put(leaving)
	w.untilScheduled("web")
	w.Until("without it", func() bool { return slices.Equal([]string{"member1", "member2"}, w.placed(deployments, "web")) })
	require.Equal(t, by{"member1": 3, "member2": 3}, w.told(deployments, "web", "/spec/replicas"))
}

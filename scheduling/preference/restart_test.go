package preference_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// drain gives a member the taint of a drain.
func (w *world) drain(name federation.ClusterName) {
	member, _ := w.Members.Snapshot().Get(name)
	member.Taints = []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute}}
	w.Members.Put(member)
}

// halfDrained has six replicas leave cluster b, and the controller end when they
// have been asked for elsewhere and are not ready there.
func (w *world) halfDrained(all *pretended) propagation.Key {
	w.pretendMembers("a", "b")
	row{runs: by{"a": 3, "b": 3}}.declare(w, "web", all)
	w.Preference.Copies = all
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "planner": "Fair"})
	w.untilScheduled("web")
	w.drain("b")
	w.untilTold("web", v1alpha1.Settled, metav1.ConditionFalse, v1alpha1.Waiting)
	w.Until("half done", func() bool { return maps.Equal(by{"a": 6, "b": 3}, w.told(deployments, "web", "/spec/replicas")) })
	w.Quiet()
	w.halt()
	return propagation.Key{Namespace: w.Namespace, Name: "web"}
}

func TestWhatWasReadyBeforeARestartLetsNothingGo(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	key := w.halfDrained(all)
	o, err := w.Federated(deployments).Get(t.Context(), key.Name, metav1.GetOptions{})
	require.NoError(t, err)
	all.report(key, o.GetUID(), "a", 6, 6)
	all.report(key, o.GetUID(), "b", 3, 3)
	w.schedule()
	w.Until("looked at", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 9 })
	w.Quiet()
	require.Equal(t, by{"a": 6, "b": 3}, w.told(deployments, "web", "/spec/replicas"), "they may have gone meanwhile")
	all.set(key, o.GetUID(), "a", 6, 6)
	all.set(key, o.GetUID(), "b", 3, 3)
	w.Until("it is seen", func() bool { return maps.Equal(by{"a": 6}, w.told(deployments, "web", "/spec/replicas")) })
}

func TestWhatNobodyHasReportedLetsNothingGoAtAStart(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	key := w.halfDrained(all)
	o, err := w.Federated(deployments).Get(t.Context(), key.Name, metav1.GetOptions{})
	require.NoError(t, err)
	all.forget(key, o.GetUID())
	w.schedule()
	w.Until("looked at", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 0 })
	w.Quiet()
	require.Equal(t, by{"a": 6, "b": 3}, w.told(deployments, "web", "/spec/replicas"))
	all.set(key, o.GetUID(), "a", 6, 6)
	all.set(key, o.GetUID(), "b", 3, 3)
	w.Until("it is seen", func() bool { return maps.Equal(by{"a": 6}, w.told(deployments, "web", "/spec/replicas")) })
}

// TestATypeThatIsEnabledAgainLowersNothing has the type be disabled in the middle of
// a drain: when it is enabled again nobody has seen copies yet.
func TestATypeThatIsEnabledAgainLowersNothing(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "planner": "Fair"})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	w.allReady("web")
	w.Until("ready", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 6 })
	w.drain("member2")
	w.untilHeld("web", by{"member1": 6, "member2": 3})
	w.propagate(corev1beta1.Disabled)
	w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.TargetNotEnabled)
	w.propagate(corev1beta1.Enabled)
	w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionTrue, v1alpha1.Scheduled)
	w.Quiet()
	require.Equal(t, by{"member1": 6, "member2": 3}, w.told(deployments, "web", "/spec/replicas"))
	w.allReady("web")
	w.untilHeld("web", by{"member1": 6})
}

// TestNothingIsDividedBeforeAllMembersAreKnown has a registry learn its members one
// by one.
func TestNothingIsDividedBeforeAllMembersAreKnown(t *testing.T) {
	w := federate(t, 0, deployments)
	w.Members = federation.Unknown()
	w.pretendMembers("a")
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6)})
	before := w.Quiet()
	w.schedule()
	require.Zero(t, writes(w.Quiet().Since(before)))
	w.pretendMembers("b")
	require.Zero(t, writes(w.Quiet().Since(before)))
	w.Members.Complete()
	require.Equal(t, by{"a": 3, "b": 3}, planned(w.untilScheduled("web")))
	require.Equal(t, 2, writes(w.Quiet().Since(before)), "it was divided once")
}

// TestAClusterThatRejoinsBeginsAnew has one leave in which replicas were not ready,
// and another join under its name.
func TestAClusterThatRejoinsBeginsAnew(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	row{runs: by{"a": 3, "b": 3}, fits: by{"b": 1}}.declare(w, "web", all)
	w.Preference.Copies = all
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "rebalance": true, "failover": fields{"unhealthySeconds": int64(3)}})
	w.untilScheduled("web")
	w.Members.Remove("b")
	w.Until("gone", func() bool { return maps.Equal(by{"a": 6}, w.told(deployments, "web", "/spec/replicas")) })
	w.Quiet()
	rejoined := time.Now().Truncate(time.Second)
	w.pretendMembers("b")
	w.Until("limited", func() bool { s, _ := w.status("web"); return len(s.Clusters) == 2 && s.Clusters[1].Limit != nil })
	s, _ := w.status("web")
	require.GreaterOrEqual(t, s.Clusters[1].Limit.Since.Sub(rejoined), 3*time.Second)
}

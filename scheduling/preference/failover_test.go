package preference_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/scheduling/capacity"
)

// soon has replicas leave a cluster that is not ready after a second.
func soon() []any {
	return []any{fields{"key": federation.NotReadyTaint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": int64(1)}}
}

// turn has a member become ready, or not.
func (w *world) turn(name federation.ClusterName, ready bool) {
	member, _ := w.Members.Snapshot().Get(name)
	member.Ready, member.Turned = ready, time.Now()
	w.Members.Put(member)
}

// hasEvent says whether there is an event about an object that begins so.
func (w *world) hasEvent(name, prefix string) bool {
	return slices.ContainsFunc(w.Events(name), func(e string) bool { return strings.HasPrefix(e, prefix) })
}

func TestReplicasLeaveAClusterThatFailsAndComeBack(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "planner": "Fair",
		"tolerations": soon(), "failover": fields{"return": "AtOnce"}})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	w.allReady("web")
	w.Until("ready", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 6 })

	w.turn("member2", false)
	w.Until("more in the other", func() bool { return w.held("web")["member1"] == 6 })
	w.allReady("web")
	w.Until("none in it", func() bool {
		return maps.Equal(by{"member1": 6, "member2": 0}, w.told(deployments, "web", "/spec/replicas"))
	})
	w.Until("event", func() bool {
		return w.hasEvent("web", "Failover: cluster member2: 3 of 3 replicas are wanted elsewhere: the cluster is not ready since ")
	})
	require.Equal(t, []string{"member1", "member2"}, w.placed(deployments, "web"), "what is there stays, with nothing")
	s := w.untilScheduled("web")
	require.Equal(t, "NotReady", s.Clusters[1].Limit.Reason)
	require.True(t, s.Clusters[1].Displaced)

	before := w.Quiet()
	w.halt() // what is known about the cluster is in the status
	w.schedule()
	require.Zero(t, writes(w.Quiet().Since(before)))

	w.turn("member2", true)
	w.Until("it is to have some again", func() bool { return w.told(deployments, "web", "/spec/replicas")["member2"] == 3 })
	require.Equal(t, int64(6), w.held("web")["member1"], "the other one waits until they are ready")
	w.Until("as before", func() bool {
		w.allReady("web") // whatever a copy asks for by now
		return maps.Equal(by{"member1": 3, "member2": 3}, w.held("web"))
	})
	w.Until("event", func() bool { return w.hasEvent("web", "Returned: cluster member2: ") })
}

func TestAClusterThatTakesNothingIsNotGivenTheObject(t *testing.T) {
	w := federate(t, 0, deployments)
	w.pretendMembers("a", "b")
	w.turn("b", false)
	w.deploy("web", nil)
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6)})
	w.untilScheduled("web")
	require.Equal(t, []string{"a"}, w.placed(deployments, "web"))
	w.turn("b", true)
	w.Until("with it", func() bool { return slices.Equal([]string{"a", "b"}, w.placed(deployments, "web")) })
}

// TestACopyThatIsAboutToGoDrawsNothingBack has the one in b be there still, as when a
// cluster returns that was left out meanwhile. It is the first by weight.
func TestACopyThatIsAboutToGoDrawsNothingBack(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	w.Preference.Copies = all
	planners := []string{"KubeFed", "Fair"}
	for _, planner := range planners {
		name := strings.ToLower(planner)
		row{runs: by{"a": 30}}.declare(w, name, all)
		o, err := w.Federated(deployments).Get(t.Context(), name, metav1.GetOptions{})
		require.NoError(t, err)
		all.set(propagation.KeyOf(o), o.GetUID(), "b", 15, 15)
	}
	w.schedule()
	for _, planner := range planners {
		w.prefer(strings.ToLower(planner), fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(30), "planner": planner, "idleClusters": "Remove",
			"clusters": fields{"a": fields{"weight": int64(1)}, "b": fields{"weight": int64(2)}}})
	}
	for _, planner := range planners {
		w.untilScheduled(strings.ToLower(planner))
		require.Equal(t, by{"a": 30}, w.told(deployments, strings.ToLower(planner), "/spec/replicas"), planner)
	}
}

func TestReplicasLeaveAClusterInWhichTheyDoNotWork(t *testing.T) {
	w := federate(t, 2, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "failover": fields{"unhealthySeconds": int64(2)}})
	w.untilHeld("web", by{"member1": 3, "member2": 3})
	w.ready(0, "web", 3)
	w.ready(1, "web", 1)
	w.Until("they are wanted elsewhere", func() bool { return maps.Equal(by{"member1": 5, "member2": 1}, w.held("web")) })
	w.ready(0, "web", 5)
	w.ready(1, "web", 1)
	s := w.untilScheduled("web")
	second := s.Clusters[1]
	require.Equal(t, "Unhealthy", second.Limit.Reason)
	require.EqualValues(t, 1, second.Limit.Replicas)
	require.Len(t, second.Moves, 1)
	require.True(t, second.Limit.RetryAt.After(second.Limit.Since.Time))
	w.Until("event", func() bool {
		return w.hasEvent("web", "Failover: cluster member2: 2 of 3 replicas are wanted elsewhere: no more than 1 became ready there")
	})
}

// TestPodsAreWatchedWhereReplicasAreNotReady alone.
func TestPodsAreWatchedWhereReplicasAreNotReady(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	row{runs: by{"a": 3, "b": 3}}.declare(w, "web", all)
	w.Preference.Copies, w.Preference.Pods = all, all.pods()
	c := w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "planner": "Fair", "failover": fields{"unschedulableSeconds": int64(1)}})
	w.untilScheduled("web")
	require.Empty(t, all.followed())

	o, err := w.Federated(deployments).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	key := propagation.KeyOf(o)
	pods := func() []string { return []string{key.String()} }
	all.set(key, o.GetUID(), "b", 3, 2)
	all.pend("web", "b", 3, 1)
	c.PodsChanged("b", key.Namespace)
	w.Until("moved", func() bool { return maps.Equal(by{"a": 4, "b": 2}, w.told(deployments, "web", "/spec/replicas")) })
	w.Until("event", func() bool {
		return w.hasEvent("web", "Moved: cluster b: 1 of 3 replicas are wanted elsewhere: pods find no room there beyond 2")
	})
	all.set(key, o.GetUID(), "a", 4, 4)
	all.set(key, o.GetUID(), "b", 2, 2)
	all.pend("web", "b", 2, 0)
	c.PodsChanged("b", key.Namespace)
	w.Until("the room counts from now on", func() bool { return slices.Equal([]string{pods()[0] + " nodes"}, all.followed()) })
	w.deletePreference("web")
	w.Until("nothing is watched", func() bool { return len(all.followed()) == 0 })
}

func TestAPlannerThatGoesByRoomWaitsUntilItIsKnown(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	w.Preference.Copies, w.Preference.Pods = all, all.pods()
	w.schedule()
	first := fields{"a": fields{"weight": int64(2)}, "b": fields{"weight": int64(1)}}
	planners := map[string]by{"Dynamic": {"a": 8, "b": 16}, "Ordered": {"a": 10, "b": 14}, "Aggregated": {"a": 4, "b": 20}}
	for planner := range planners {
		w.deploy(strings.ToLower(planner), nil)
		w.prefer(strings.ToLower(planner), fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(24), "planner": planner, "clusters": first})
	}
	w.Until("asked", func() bool { return len(all.followed()) == len(planners) })
	for planner := range planners {
		s, _ := w.status(strings.ToLower(planner))
		require.Empty(t, s.Clusters, planner)
	}
	all.fits(by{"a": 10, "b": 20})
	for planner, want := range planners {
		s := w.untilScheduled(strings.ToLower(planner))
		require.Equal(t, want, planned(s), planner)
		require.EqualValues(t, 20, *s.Clusters[1].Capacity, planner)
	}
}

// TestRoomIsNotCountedTwice has replicas be asked for in a cluster, and have no node
// yet.
func TestRoomIsNotCountedTwice(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	row{runs: by{"a": 10, "b": 5}}.declare(w, "web", all)
	all.fits(by{"a": 10, "b": 10})
	all.sight("web", "a", capacity.Sight{Pods: 4})
	all.sight("web", "b", capacity.Sight{Pods: 5, Bound: 5, Ready: 5})
	w.Preference.Copies, w.Preference.Pods = all, all.pods()
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(15), "planner": "Ordered", "rebalance": true,
		"clusters": fields{"a": fields{"weight": int64(2)}, "b": fields{"weight": int64(1)}}})
	s := w.untilScheduled("web")
	require.Equal(t, by{"a": 10, "b": 5}, planned(s))
	require.EqualValues(t, 10, *s.Clusters[0].Capacity)
	require.EqualValues(t, 15, *s.Clusters[1].Capacity)
}

// TestWhatCannotBeKnownOfAClusterIsTold has nobody let pods and nodes be seen.
func TestWhatCannotBeKnownOfAClusterIsTold(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	row{runs: by{"a": 3, "b": 3}, fits: by{"b": 1}}.declare(w, "web", all)
	w.deploy("api", nil)
	all.unknown("web")
	w.Preference.Copies, w.Preference.Pods = all, all.pods()
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6)})
	w.prefer("api", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(6), "planner": "Ordered"})
	message := func(name string, cluster int) string {
		s, _ := w.status(name)
		if len(s.Clusters) < 2 {
			return ""
		}
		return s.Clusters[cluster].Message
	}
	w.Until("pods", func() bool {
		return message("web", 1) == "its share by weight; why replicas are not ready is not known: nobody knows"
	})
	require.Equal(t, "its share by weight", message("web", 0))
	w.Until("room", func() bool {
		return strings.HasSuffix(message("api", 0), "; how many more fit is not known: nobody knows")
	})
	require.Equal(t, by{"a": 3, "b": 3}, w.told(deployments, "web", "/spec/replicas"))
	require.EqualValues(t, 6, sum(w.told(deployments, "api", "/spec/replicas")), "it is divided all the same")
}

// TestAFullClusterStaysSoUntilItsPodsAreSeen has the controller start anew.
func TestAFullClusterStaysSoUntilItsPodsAreSeen(t *testing.T) {
	w := federate(t, 0, deployments)
	all := pretend()
	w.pretendMembers("a", "b")
	row{runs: by{"a": 3, "b": 3}, fits: by{"b": 1}}.declare(w, "web", all)
	w.Preference.Copies, w.Preference.Pods = all, all.pods()
	w.schedule()
	w.prefer("web", row{total: 6, rebalance: true}.spec())
	w.Until("full", func() bool { return maps.Equal(by{"a": 5, "b": 3}, w.told(deployments, "web", "/spec/replicas")) })
	o, err := w.Federated(deployments).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	all.set(propagation.KeyOf(o), o.GetUID(), "a", 5, 5)
	w.Until("ready", func() bool { s, _ := w.status("web"); return s.ReadyReplicas == 6 })
	before := w.Quiet()
	w.halt()
	all.unknown("web")
	w.schedule()
	w.Until("followed", func() bool { return len(all.followed()) == 1 })
	require.Zero(t, writes(w.Quiet().Since(before)))
}

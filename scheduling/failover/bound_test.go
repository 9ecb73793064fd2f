package failover_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// record is what is remembered of the cluster.
func (w *world) record(name federation.ClusterName) failover.Record {
	for _, r := range w.records {
		if r.Cluster == name {
			return r
		}
	}
	return failover.Record{}
}

// flights lets hours go by, and says how many times in each of them replicas left
// the cluster because they were unhealthy. In no hour, whenever it begins, is it
// more than the policy allows.
func (w *world) flights(name federation.ClusterName, hours int) []int {
	w.Helper()
	var all []time.Time
	counts := make([]int, hours)
	for i := range hours * 3600 {
		w.pass(time.Second)
		moves := w.record(name).Moves
		if len(moves) == 0 || len(all) > 0 && !moves[len(moves)-1].After(all[len(all)-1]) {
			continue
		}
		all = append(all, moves[len(moves)-1])
		counts[i/3600]++
		if bound := w.request.Policy.MovesPerHour; len(all) > bound {
			require.GreaterOrEqual(w, all[len(all)-1].Sub(all[len(all)-1-bound]), time.Hour, "%d moves, and one more: %v", bound, all)
		}
	}
	return counts
}

// TestAsManyMovesAnHourAsThePolicyAllows has a cluster in which nothing becomes
// ready. Two minutes after each try its replicas leave; the tries are 1, 2, 4, 8
// minutes apart and so on, and an hour at the last.
func TestAsManyMovesAnHourAsThePolicyAllows(t *testing.T) {
	for bound, want := range map[int][]int{
		1: {1, 1, 1, 1, 1, 1},
		2: {2, 2, 2, 1, 1, 1},
		3: {3, 3, 1, 1, 1, 1},
		9: {6, 1, 1, 1, 1, 1}, // more than the pauses let
	} {
		w := newWorld(t, 30, many("a", "b", "c")...)
		w.request.Policy.UnhealthyFor, w.request.Policy.MovesPerHour, w.request.Rebalance = 2*time.Minute, bound, true
		w.site("b").sick = true
		require.Equal(t, want, w.flights("b", 6), "%d moves an hour", bound)
	}
}

func TestAClusterThatLostReplicasTooOftenKeepsThemAndSaysWhy(t *testing.T) {
	for bound, often := range map[int]string{1: "once", 2: "2 times"} {
		w := newWorld(t, 30, many("a", "b", "c")...)
		w.request.Policy.UnhealthyFor, w.request.Policy.MovesPerHour, w.request.Rebalance = 2*time.Minute, bound, true
		w.site("b").sick = true
		require.Equal(t, []int{bound}, w.flights("b", 1))
		require.Equal(t, "a15 b10 c15", w.told(), "the others keep theirs, for these do not work")
		_, words := w.why("b")
		require.Equal(t, "its share by weight; those that are not ready stay there, for some have left it "+often+" within an hour", words)
		require.Equal(t, w.record("b").Moves[0].Add(time.Hour), w.last.Next, "when they may leave again")
		w.pass(w.last.Next.Sub(w.now) + time.Second)
		require.Equal(t, "a15 b0 c15", w.told())
	}
}

// TestWhatLeftBecauseItWasUnhealthyComesBackByPolicy has nobody ask for a balance:
// the policy alone brings replicas back.
func TestWhatLeftBecauseItWasUnhealthyComesBackByPolicy(t *testing.T) {
	for policy, want := range map[failover.Return][2]string{
		failover.Never:     {"a15 b0 c15", "a15 b0 c15"},
		failover.Gradually: {"a15 b3 c15", "a10 b10 c10"}, // a tenth of all at first
		failover.AtOnce:    {"a15 b10 c15", "a10 b10 c10"},
	} {
		w := newWorld(t, 30, many("a", "b", "c")...)
		w.request.Policy.UnhealthyFor, w.request.Policy.Return = 2*time.Minute, policy
		w.site("b").sick = true
		w.passNeverBelow(125*time.Second, 20)
		require.Equal(t, "a15 b0 c15", w.told(), "%q", policy)
		w.site("b").sick = false
		w.passNeverBelow(time.Minute, 30)
		require.Equal(t, want[0], w.told(), "%q: it may be tried again", policy)
		w.passNeverBelow(3*time.Hour, 30)
		require.Equal(t, want[1], w.told(), "%q", policy)
		require.Equal(t, int64(30), w.ready())
		require.Empty(t, w.records, "%q: there is nothing to remember any more", policy)
	}
}

package failover_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

func many(names ...string) []*site {
	var sites []*site
	for _, name := range names {
		sites = append(sites, a(name, 1000))
	}
	return sites
}

func TestAtRestNothingChanges(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	require.Equal(t, "a10 b10 c10", w.told())
	w.pass(2 * time.Hour)
	require.Zero(t, w.changes)
	require.True(t, w.last.Settled)
	require.Zero(t, w.last.Next, "nothing asks for another look")
	require.Empty(t, w.last.Records, "there is nothing to remember")
}

func TestAClusterThatIsAwayKeepsItsReplicasForAMinuteAndThenLosesThem(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.fails("b")
	w.pass(59 * time.Second)
	require.Equal(t, "a10 b10 c10", w.told())
	require.Equal(t, w.site("b").turned.Add(time.Minute), w.last.Next)
	w.pass(2 * time.Second)
	require.Equal(t, "a15 b10 c15", w.told(), "it may return before the others are ready")
	reason, words := w.why("b")
	require.Equal(t, "NotReady", reason)
	require.Contains(t, words, "not ready since 2030-01-01T00:02:00Z")
	require.Contains(t, words, "keeps 10 until enough are ready elsewhere")
	w.pass(10 * time.Second)
	require.Equal(t, "a15 b0 c15", w.told())
	require.Equal(t, int64(30), w.ready())
}

func TestAShortAbsenceMovesNothing(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	for range 20 {
		w.fails("b")
		w.pass(50 * time.Second)
		w.heals("b")
		w.pass(time.Minute)
	}
	require.Zero(t, w.changes)
}

func TestATolerationSaysHowLongAnAbsenceIsWaitedFor(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	seconds := int64(600)
	w.request.Tolerations = []corev1.Toleration{{Key: "fedrail.io/not-ready", Operator: corev1.TolerationOpExists, TolerationSeconds: &seconds}}
	w.fails("b")
	w.pass(599 * time.Second)
	require.Zero(t, w.changes)
	w.pass(20 * time.Second)
	require.Equal(t, "a15 b0 c15", w.told())
}

func TestWhatWentStaysWhereItWent(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.fails("b")
	w.pass(2 * time.Minute)
	w.heals("b")
	w.changes = 0
	w.passNeverBelow(time.Hour, 30)
	require.Equal(t, "a15 b0 c15", w.told())
	require.Zero(t, w.changes)
	require.Empty(t, w.last.Records)
}

func TestReplicasComeBackAtOnceWhereThatIsAskedFor(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.request.Policy.Return = failover.AtOnce
	w.fails("b")
	w.pass(2 * time.Minute)
	w.heals("b")
	w.passNeverBelow(time.Minute, 30)
	require.Equal(t, "a10 b10 c10", w.told())
	require.Equal(t, int64(30), w.ready())
	w.changes = 0
	w.pass(time.Hour)
	require.Zero(t, w.changes)
	require.Empty(t, w.last.Records)
}

func TestReplicasComeBackStepByStep(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.request.Policy.Return = failover.Gradually
	w.fails("b")
	w.pass(2 * time.Minute)
	w.site("b").pods = nil
	w.heals("b")
	w.pass(time.Second)
	require.Equal(t, "a15 b3 c15", w.told(), "a tenth of all at first")
	w.passNeverBelow(4*time.Second, 30)
	require.Equal(t, "a15 b3 c15", w.told(), "those of the first step are not ready yet")
	w.passNeverBelow(time.Minute, 30)
	require.Equal(t, "a10 b10 c10", w.told())
}

func TestACordonedClusterKeepsWhatItHas(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.site("b").taints = []corev1.Taint{{Key: "fedrail.io/unschedulable", Effect: corev1.TaintEffectNoSchedule}}
	w.pass(time.Minute)
	require.Zero(t, w.changes)
	w.request.Total = 60
	w.pass(time.Minute)
	require.Equal(t, "a25 b10 c25", w.told())
	reason, words := w.why("b")
	require.Equal(t, "Tainted", reason)
	require.Equal(t, "its taint fedrail.io/unschedulable:NoSchedule is not tolerated: it keeps what it has, and gets no more", words)
	w.site("b").taints = nil
	w.pass(time.Minute)
	require.Equal(t, "a25 b10 c25", w.told(), "what runs stays")
}

func TestADrainedClusterIsEmptiedWhenOthersAreReady(t *testing.T) {
	for name, planner := range map[string]scheduling.Planner{"Fair": scheduling.Fair{}, "KubeFed": scheduling.KubeFed{}, "Ordered": scheduling.Ordered{}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 30, many("a", "b", "c")...)
			w.decider.Planner = planner
			w.pass(time.Minute)
			w.site("b").taints = []corev1.Taint{{Key: "fedrail.io/drain", Effect: corev1.TaintEffectNoExecute}}
			w.passNeverBelow(2*time.Minute, 30)
			require.Zero(t, *w.site("b").given)
			require.Len(t, w.site("b").pods, 0)
			require.Equal(t, int64(30), w.ready())
			require.True(t, w.last.Settled)
			w.site("b").taints = nil
			w.changes = 0
			w.passNeverBelow(time.Hour, 30)
			require.Zero(t, w.changes, "nothing moves back unasked")
		})
	}
}

func TestADrainWithNoRoomElsewhereIsCarriedOut(t *testing.T) {
	w := newWorld(t, 30, a("a", 10), a("b", 10), a("c", 10))
	w.sees = true
	w.site("b").taints = []corev1.Taint{{Key: "fedrail.io/drain", Effect: corev1.TaintEffectNoExecute}}
	w.pass(3 * time.Minute)
	require.Equal(t, "a10 b0 c10", w.told())
	require.Equal(t, int64(10), w.last.Plan.Unplaced)
}

func TestADrainOfEveryClusterTakesNothingAway(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	for _, s := range w.sites {
		s.taints = []corev1.Taint{{Key: "fedrail.io/drain", Effect: corev1.TaintEffectNoExecute}}
		w.passNeverBelow(time.Minute, 30)
	}
	require.Equal(t, "a0 b0 c30", w.told())
	require.False(t, w.last.Settled)
	require.False(t, w.last.Steps[2].Leave)
	_, words := w.why("c")
	require.Equal(t, "its taint fedrail.io/drain:NoExecute is not tolerated; it keeps 30, for there is no cluster left that takes them", words)
	w.site("a").taints = nil
	w.passNeverBelow(time.Minute, 30)
	require.Equal(t, "a30 b0 c0", w.told())
}

func TestMovingTheSharesNeverLowersWhatIsReady(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.request.Rebalance = true
	w.weights = scheduling.Preferences{"a": {Weight: 8}, "b": {Weight: 1}, "c": {Weight: 1}}
	w.passNeverBelow(time.Minute, 30)
	require.Equal(t, "a24 b3 c3", w.told())
	w.sites = append(w.sites, a("d", 1000))
	w.weights = nil
	w.passNeverBelow(time.Minute, 30)
	require.Equal(t, int64(30), w.ready())
	require.True(t, w.last.Settled)
}

func TestLessIsLessAtOnce(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.request.Total = 9
	w.pass(time.Second)
	require.Equal(t, "a3 b3 c3", w.told())
}

func TestPodsWithoutRoomAreWantedElsewhereAndNeverOscillate(t *testing.T) {
	for name, see := range map[string]bool{"nobody sees the room": false, "the room is seen": true} {
		for _, rebalance := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, rebalance %t", name, rebalance), func(t *testing.T) {
				w := newWorld(t, 30, many("a", "b", "c")...)
				w.sees, w.request.Rebalance = see, rebalance
				w.site("a").shrinksTo(6, w.now)
				w.pass(100 * time.Second)
				require.Equal(t, int64(30), w.ready())
				require.Equal(t, "a6 b12 c12", w.told())
				reason, words := w.why("a")
				require.Equal(t, "Unschedulable", reason)
				require.Equal(t, "pods find no room there beyond 6", words)
				w.changes = 0
				w.passNeverBelow(6*time.Hour, 30)
				require.LessOrEqual(t, w.changes, 2*11, "tries double their distance, up to an hour")
			})
		}
	}
}

func TestReplicasComeBackWhenThereIsRoomAgain(t *testing.T) {
	for name, see := range map[string]bool{"nobody sees the room": false, "the room is seen": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 30, many("a", "b", "c")...)
			w.sees, w.request.Rebalance = see, true
			w.site("a").shrinksTo(6, w.now)
			w.pass(100 * time.Second)
			require.Equal(t, "a6 b12 c12", w.told())
			w.site("a").fits = 1000
			w.passNeverBelow(30*time.Minute, 30)
			require.Equal(t, "a10 b10 c10", w.told())
			w.changes = 0
			w.pass(time.Hour)
			require.Zero(t, w.changes)
		})
	}
}

func TestKubeFedAsksAFullClusterForMore(t *testing.T) {
	w := newWorld(t, 30, a("a", 6), a("b", 1000), a("c", 1000))
	w.decider.Planner, w.request.Policy.Overflow, w.request.Rebalance = scheduling.KubeFed{}, true, true
	w.pass(3 * time.Minute)
	require.Equal(t, "a10 b12 c12", w.told(), "its pods pend until there is room")
	require.Equal(t, int64(30), w.ready())
	w.changes = 0
	w.pass(time.Hour)
	require.Zero(t, w.changes)
	w.site("a").fits = 1000
	w.passNeverBelow(time.Minute, 30)
	require.Equal(t, "a10 b10 c10", w.told())
}

func TestUnhealthyReplicasAreMovedWithinBounds(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.request.Policy.UnhealthyFor, w.request.Rebalance = 2*time.Minute, true
	w.site("b").sick = true
	w.pass(110 * time.Second)
	require.Equal(t, "a10 b10 c10", w.told())
	w.pass(30 * time.Second)
	require.Equal(t, "a15 b0 c15", w.told())
	require.Equal(t, int64(30), w.ready())
	reason, words := w.why("b")
	require.Equal(t, "Unhealthy", reason)
	require.Equal(t, "no more than 0 became ready there", words)
	w.passNeverBelow(6*time.Hour, 30)
	for _, r := range w.records {
		require.LessOrEqual(t, len(r.Moves), 3, "in any hour")
	}
	w.site("b").sick = false
	w.passNeverBelow(2*time.Hour, 30)
	require.Equal(t, "a10 b10 c10", w.told())
}

func TestReplicasThatAilEverywhereDoNotWander(t *testing.T) {
	w := newWorld(t, 30, many("a", "b", "c")...)
	w.request.Policy.UnhealthyFor = 2 * time.Minute
	for _, s := range w.sites {
		s.sick = true
	}
	w.changes = 0
	w.pass(6 * time.Hour)
	require.Less(t, w.changes, 6*3*3*2, "fewer than the bound of three moves an hour and cluster, each of which tells two of them something")
	for _, s := range w.sites {
		s.sick = false
	}
	w.pass(2 * time.Hour)
	require.Equal(t, int64(30), w.ready())
	require.Zero(t, w.last.Plan.Unplaced)
}

func TestARestartForgetsNothing(t *testing.T) {
	w := newWorld(t, 30, a("a", 6), a("b", 1000), a("c", 1000))
	w.pass(3 * time.Minute)
	limited := w.records
	require.Len(t, limited, 1)
	w.changes = 0
	w.pass(10 * time.Second)
	require.Zero(t, w.changes)
	require.Equal(t, limited, w.records, "records do not change while nothing does")
}

func TestClustersOfWhichNothingIsSeenAreToldAtOnce(t *testing.T) {
	given := int64(10)
	d, err := failover.Decider{Planner: scheduling.Fair{}}.Decide(t.Context(), failover.Request{
		Now: time.Unix(1e9, 0), Key: "shop/web", Total: 20, Rebalance: true,
		Clusters: []failover.Cluster{
			{Member: ready("a"), Want: &scheduling.Preference{Weight: 1}, Given: &given},
			{Member: ready("b"), Want: &scheduling.Preference{Weight: 3}, Given: &given},
		},
	})
	require.NoError(t, err)
	require.Equal(t, []int64{5, 15}, []int64{d.Steps[0].Give, d.Steps[1].Give})
	require.True(t, d.Settled)
}

func TestAWrongRequestIsThePlannersError(t *testing.T) {
	_, err := failover.Decider{Planner: scheduling.Fair{}}.Decide(t.Context(), failover.Request{Key: "shop/web", Total: -1})
	require.ErrorContains(t, err, "decide shop/web: plan: total: -1")
}

func TestWhatIsAboutToBeSeenLosesNothing(t *testing.T) {
	w := newWorld(t, 30, a("a", 100), a("b", 100), a("c", 100))
	w.site("b").taints = []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute}}
	w.pass(2 * time.Second)
	require.Equal(t, "a15 b10 c15", w.told(), "half done")
	w.blind = 30
	w.passNeverBelow(29*time.Second, 30)
	require.Equal(t, "a15 b10 c15", w.told(), "all are ready, and nobody knows yet")
	w.passNeverBelow(10*time.Second, 30)
	require.Equal(t, "a15 b0 c15", w.told())
}

func TestAClusterThatIsAwayKeepsItsReplicasUntilTheOthersAreSeen(t *testing.T) {
	w := newWorld(t, 30, a("a", 100), a("b", 100), a("c", 100))
	w.fails("b")
	w.pass(2 * time.Minute)
	require.Equal(t, "a15 b0 c15", w.told())
	w.fails("c")
	w.pass(61 * time.Second)
	require.Equal(t, "a30 b0 c15", w.told(), "half done")
	w.blind = 30
	w.pass(29 * time.Second)
	require.Equal(t, "a30 b0 c15", w.told())
	w.pass(10 * time.Second)
	require.Equal(t, "a30 b0 c0", w.told())
}

// TestKubeFedForgetsNoLimitBeforePodsAreSeen has a full cluster be asked for what it
// was asked for before, and no other number.
func TestKubeFedForgetsNoLimitBeforePodsAreSeen(t *testing.T) {
	w := newWorld(t, 30, a("a", 100), a("b", 8), a("c", 100))
	w.decider.Planner, w.request.Policy.Overflow, w.request.Rebalance = scheduling.KubeFed{}, true, true
	w.pass(5 * time.Minute)
	before := w.records
	require.Len(t, before, 1)
	require.EqualValues(t, 8, before[0].Limit.Replicas)
	w.changes, w.blind = 0, 10
	w.pass(20 * time.Second)
	require.Zero(t, w.changes)
	require.Equal(t, before, w.records)
}

func TestATolerationOfAnotherEffectDoesNotShortenAnAbsence(t *testing.T) {
	w := newWorld(t, 30, a("a", 100), a("b", 100), a("c", 100))
	w.request.Tolerations = []corev1.Toleration{{Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}}
	w.fails("b")
	w.pass(50 * time.Second)
	require.Equal(t, "a10 b10 c10", w.told(), "the default of 60 seconds counts for NoExecute")
}

func TestNoClusterIsToldLessThanNothing(t *testing.T) {
	w := newWorld(t, 0, many("a", "b")...)
	w.decider.Planner, w.request.Total = scheduling.KubeFed{}, -5
	w.pass(time.Second)
	require.Equal(t, "a0 b0", w.told())
	require.True(t, w.last.Settled)
}

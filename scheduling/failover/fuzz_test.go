package failover_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// befall has something happen in the world, and says whether replicas are lost
// by it that nobody could save.
func befall(w *world, r *rand.Rand) (lost bool) {
	s := w.sites[r.IntN(len(w.sites))]
	switch r.IntN(10) {
	case 0:
		s.down, s.turned = true, w.now
		return true
	case 1, 2:
		if s.down {
			s.down, s.turned = false, w.now
			return true // what it has beyond what it was told since goes
		}
	case 3:
		s.taints = []corev1.Taint{{Key: "fedrail.io/drain", Effect: corev1.TaintEffectNoExecute}}
	case 4:
		s.taints = []corev1.Taint{{Key: "fedrail.io/unschedulable", Effect: corev1.TaintEffectNoSchedule}}
	case 5:
		s.taints = nil
	case 6:
		s.fits = max(s.fits, r.Int64N(60)) // nodes join
	case 7:
		w.request.Rebalance = r.IntN(2) == 0
	case 8:
		s.sick = !s.sick && r.IntN(3) == 0
		return s.sick
	case 9:
		w.blind = r.IntN(20) // the controller starts anew
	}
	return false
}

// calm ends all trouble.
func calm(w *world) {
	for _, s := range w.sites {
		if s.down {
			s.down, s.turned = false, w.now
		}
		s.sick, s.taints, s.fits = false, nil, 1000
	}
}

func FuzzWorlds(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	planners := []scheduling.Planner{scheduling.Fair{}, scheduling.KubeFed{}, scheduling.Ordered{}, scheduling.Aggregated{}, scheduling.Spread{}, scheduling.Dynamic{}}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		w := newWorld(t, r.Int64N(40)+1, a("a", 60), a("b", 60), a("c", 60), a("d", 60))
		w.decider.Planner = planners[r.IntN(len(planners))]
		w.sees = w.decider.Planner == scheduling.Planner(scheduling.Dynamic{}) || r.IntN(2) == 0
		w.request.Policy = failover.Policy{
			Return:       []failover.Return{failover.Never, failover.Gradually, failover.AtOnce}[r.IntN(3)],
			UnhealthyFor: []time.Duration{0, 2 * time.Minute}[r.IntN(2)],
			Overflow:     w.decider.Planner == scheduling.Planner(scheduling.KubeFed{}),
		}
		for range 30 {
			lost := befall(w, r)
			for range r.IntN(200) + 1 {
				before := min(w.ready(), w.request.Total-w.last.Plan.Unplaced)
				w.pass(time.Second)
				if !lost && !anySick(w) {
					require.GreaterOrEqual(t, w.ready(), min(before, w.request.Total-w.last.Plan.Unplaced), "%s of %d: %+v", w.told(), w.request.Total, w.last)
				}
				lost = false
			}
		}
		calm(w)
		w.pass(3 * time.Hour)
		require.Equal(t, w.request.Total, w.ready(), "%s: %+v", w.told(), w.last)
		require.True(t, w.last.Settled, "%s: %+v", w.told(), w.last)
		w.changes = 0
		w.pass(2 * time.Hour)
		require.Zero(t, w.changes, "all is calm")
	})
}

func anySick(w *world) bool {
	for _, s := range w.sites {
		if s.sick {
			return true
		}
	}
	return false
}

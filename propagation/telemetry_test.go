package propagation_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// notes is a Telemetry that keeps what it is told.
type notes struct {
	mu    sync.Mutex
	ended []note
}

// note is a step that has ended.
type note struct {
	propagation.Step
	propagation.Result
}

func (n *notes) Begin(ctx context.Context, s propagation.Step) (context.Context, propagation.Span) {
	return ctx, &noted{notes: n, step: s}
}

type noted struct {
	notes *notes
	step  propagation.Step
}

func (s *noted) End(r propagation.Result) {
	s.notes.mu.Lock()
	defer s.notes.mu.Unlock()
	s.notes.ended = append(s.notes.ended, note{s.step, r})
}

// those are the steps so far that keep says yes to.
func (n *notes) those(keep func(note) bool) []note {
	n.mu.Lock()
	defer n.mu.Unlock()
	var kept []note
	for _, one := range n.ended {
		if keep(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

// everywhere are the steps with which a change was everywhere.
func (n *notes) everywhere() []note {
	return n.those(func(one note) bool { return one.Everywhere > 0 })
}

func (n *notes) listen(o *propagation.Options) { o.Telemetry, o.Name = n, "configmaps" }

// begunBy is the work that a step goes back to; its own when it goes back to none.
func begunBy(s propagation.Step) propagation.Work {
	if of, ok := s.Of.(*noted); ok {
		return of.step.Work
	}
	return s.Work
}

func TestTelemetryTellsOfEachStepAndWhatItGoesBackTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told notes
		w := run(t, newHost(), &memory.Propagator{}, told.listen)
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.stop()

		applied := told.those(func(n note) bool { return n.Action == propagation.Applied })
		slices.SortFunc(applied, func(a, b note) int { return cmp.Compare(a.Cluster, b.Cluster) })
		require.Len(t, applied, 3)
		for i, name := range []federation.ClusterName{"a", "b", "c"} {
			got := applied[i]
			require.Equal(t, propagation.Planning, begunBy(got.Step))
			got.Of, got.Everywhere = nil, 0
			require.Equal(t, note{
				propagation.Step{Work: propagation.Carrying, Loop: "configmaps", Key: web, Cluster: name},
				propagation.Result{Kind: "ConfigMap", Generation: 1, Action: propagation.Applied},
			}, got)
		}
		reports := told.those(func(n note) bool { return n.Work == propagation.Reporting })
		require.Len(t, reports, 1)
		require.Equal(t, propagation.Planning, begunBy(reports[0].Step))
		require.Equal(t, int64(1), reports[0].Result.Generation)
	})
}

func TestWhatADriftLeadsToDoesNotGoBackToThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told notes
		w := run(t, newHost(), &memory.Propagator{}, told.listen)
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		require.Eventually(t, func() bool {
			w.memory.Drop("b", web)
			return len(told.those(func(n note) bool {
				return n.Action == propagation.Applied && n.Cluster == "b" && begunBy(n.Step) == propagation.Carrying
			})) > 0
		}, 20*time.Second, 10*time.Millisecond)
		require.Empty(t, told.those(func(n note) bool { return n.Everywhere > 0 && n.Result.Generation != 1 }))
	})
}

func TestEachChangeIsEverywhereOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told notes
		h := newHost()
		w := run(t, h, &memory.Propagator{}, told.listen)
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		require.Len(t, told.everywhere(), 1)

		w.away("b")
		w.edit(web, func(in *propagation.Intent) { in.Template = colored("green") })
		w.until(t, "second generation", func() bool { return w.last().Generation == 2 })
		require.Len(t, told.everywhere(), 1, "b is away")
		w.back("b")
		require.Eventually(t, func() bool { return len(told.everywhere()) == 2 }, 20*time.Second, time.Millisecond)
		w.untilStates(t, ok("a", "b", "c"))
		w.stop()

		again := run(t, h, w.memory, told.listen)
		again.edit(web, func(in *propagation.Intent) { in.Deleting = true })
		again.until(t, "release", func() bool { return again.releases == 1 })
		again.stop()
		require.Len(t, told.everywhere(), 3, "a restart is no change, a deletion is one")
	})
}

func TestTelemetriesTellsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first, second notes
		require.Nil(t, propagation.Telemetries(nil, nil))
		require.Equal(t, propagation.Telemetry(&first), propagation.Telemetries(nil, &first))
		w := run(t, newHost(), &memory.Propagator{}, func(o *propagation.Options) {
			o.Telemetry = propagation.Telemetries(&first, nil, &second)
		})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.stop()
		applied := func(n note) bool { return n.Action == propagation.Applied && begunBy(n.Step) == propagation.Planning }
		require.Len(t, first.those(applied), 3)
		require.Len(t, second.those(applied), 3)
		require.Len(t, second.those(func(note) bool { return true }), len(first.those(func(note) bool { return true })))
	})
}

func TestACensusCountsWhatIsInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		require.Equal(t, propagation.Census{Troubled: map[string]int{}}, w.controller.Census())
		in := everywhere()
		in.Overrides = []overrides.Rule{{Cluster: "b", Patches: []overrides.Patch{{Op: "remove", Path: "/data/nothing"}}}}
		in.Placement.Want.Clusters = append(in.Placement.Want.Clusters, "nowhere")
		w.put(in)
		w.untilCensus(t, propagation.Census{Objects: 1, Troubled: map[string]int{"ApplyOverridesFailed": 1, "UnknownCluster": 1}})

		w.away("c")
		w.edit(web, func(in *propagation.Intent) { in.Overrides = nil })
		w.untilCensus(t, propagation.Census{Objects: 1, Troubled: map[string]int{"UnknownCluster": 1}})
		w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"a", "b"} })
		w.untilCensus(t, propagation.Census{Objects: 1, Troubled: map[string]int{}})
	})
}

func (w world) untilCensus(t *testing.T, want propagation.Census) {
	t.Helper()
	require.Eventually(t, func() bool {
		got := w.controller.Census()
		return got.Objects == want.Objects && maps.Equal(got.Troubled, want.Troubled)
	}, 20*time.Second, time.Millisecond, "%+v", want)
}

func TestLanesSayHowTheWorkForEachClusterGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refuses sync.Map
		pretend := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if _, refused := refuses.Load(c); !refused {
				return nil
			}
			p := propagation.Problemf(status.CreationFailed, propagation.RetryLater, "internal error")
			p.Passing = true
			return p
		}}
		refuses.Store(federation.ClusterName("b"), true)
		w := run(t, newHost(), pretend)
		c := member("c")
		c.Ready = false
		w.members.Put(c)
		w.put(everywhere())
		want := []propagation.Lane{
			{Cluster: "a", State: propagation.LaneOpen},
			{Cluster: "b", State: propagation.LaneHalfOpen},
			{Cluster: "c", State: propagation.LanePaused},
		}
		require.Eventually(t, func() bool { return slices.Equal(want, w.controller.Lanes()) }, 20*time.Second, time.Millisecond)

		refuses.Clear()
		w.members.Put(member("c"))
		w.members.Put(member("d"))
		for i := range want {
			want[i].State = propagation.LaneOpen
		}
		want = append(want, propagation.Lane{Cluster: "d", State: propagation.LaneOpen})
		require.Eventually(t, func() bool { return slices.Equal(want, w.controller.Lanes()) }, 20*time.Second, time.Millisecond)
	})
}

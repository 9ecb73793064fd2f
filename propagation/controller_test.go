package propagation_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

func TestAnObjectArrivesAndLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		require.Equal(t, counts{holds: 1, reports: 1}, w.counts())
		require.Equal(t, "true", w.memory.Get("a", web).GetLabels()[propagation.ManagedLabel])

		w.edit(web, func(in *propagation.Intent) {
			in.Overrides = []overrides.Rule{{Cluster: "b", Patches: []overrides.Patch{{Path: "/data/color", Value: "red"}}}}
		})
		w.until(t, "second report", func() bool { return w.last().Generation == 2 })
		require.Equal(t, "blue red blue", w.color("a")+" "+w.color("b")+" "+w.color("c"))

		w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"a"} })
		w.untilStates(t, ok("a"))
		require.Nil(t, w.memory.Get("b", web))

		w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
		w.until(t, "release", func() bool { return w.releases == 1 })
		require.Nil(t, w.memory.Get("a", web))
		require.Equal(t, counts{holds: 1, reports: 3, releases: 1}, w.counts())
		w.stop()
	})
}

func TestAClusterThatHangsDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pretend := &memory.Propagator{Before: func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
			if c == "b" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}
		w := run(t, newHost(), pretend)
		w.put(everywhere())
		w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.CreationTimedOut, "c": status.OK})
	})
}

func TestAChangeThatGetsNoAnswerIsNotReportedAsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hang atomic.Bool
		pretend := &memory.Propagator{Before: func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
			if c == "b" && hang.Load() {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}
		w := run(t, newHost(), pretend)
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		hang.Store(true)
		w.edit(web, func(in *propagation.Intent) { in.Template = colored("green") })
		w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.UpdateTimedOut, "c": status.OK})
		for _, s := range w.host.reports {
			require.False(t, s.Generation == 2 && s.Conditions[1].Status == "True", "reported as done: %+v", s)
		}
	})
}

func TestALongQueueIsNoReasonToReportTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if c == "b" {
				time.Sleep(10 * time.Millisecond) // a member that answers, but not at once
			}
			return nil
		}}
		w := run(t, newHost(), slow, func(o *propagation.Options) {
			o.Writers, o.Patience, o.Propagator = 1, 200*time.Millisecond, lingering{slow}
		})
		const n = 100 // so that the last is served after five times the patience
		for i := range n {
			in := everywhere()
			in.Key.Name = fmt.Sprint("web-", i)
			w.put(in)
		}
		w.until(t, "all reported", func() bool {
			for _, in := range w.intents {
				if len(in.Reported.Conditions) < 2 || in.Reported.Conditions[1].Status != "True" {
					return false
				}
			}
			return true
		})
		require.Equal(t, counts{holds: n, reports: n}, w.counts())

		for key := range w.all() {
			w.edit(key, func(in *propagation.Intent) { in.Deleting = true })
		}
		w.until(t, "all released", func() bool { return w.releases == n })
		require.Equal(t, counts{holds: n, reports: n, releases: n}, w.counts())
	})
}

// lingering are members in which a copy that is deleted goes a moment later.
type lingering struct{ *memory.Propagator }

func (l lingering) Remove(ctx context.Context, cluster federation.ClusterName, key propagation.Key, how propagation.Removal) (propagation.Outcome, error) {
	if l.Get(cluster, key) == nil {
		return l.Propagator.Remove(ctx, cluster, key, how)
	}
	if err := l.Before(ctx, cluster, key); err != nil {
		return propagation.Outcome{}, err
	}
	time.AfterFunc(10*time.Millisecond, func() { l.Drop(cluster, key) })
	return propagation.Outcome{Action: propagation.Removing}, nil
}

func TestWhatFailedForAReasonOfTheClusterGoesOnWhenOneRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var well atomic.Bool
		ill := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if c != "b" || well.Load() {
				return nil
			}
			p := propagation.Problemf(status.UpdateFailed, propagation.RetryLater, "something is wrong in the cluster")
			p.Passing = true
			return p
		}}
		w := run(t, newHost(), ill, func(o *propagation.Options) { o.Backoff, o.MaxBackoff = time.Hour, time.Hour })
		const n = 20
		for i := range n {
			in := everywhere()
			in.Key.Name = fmt.Sprint("web-", i)
			w.put(in)
		}
		w.untilEvents(t, n)
		well.Store(true)
		w.until(t, "all recovered", func() bool { return len(w.events) == 2*n })
	})
}

func TestWhatIsUnderWayIsGivenUpWhenTheClusterGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hang atomic.Bool
		hang.Store(true)
		begun := make(chan struct{}, 1)
		pretend := &memory.Propagator{Before: func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
			if c == "b" && hang.Load() {
				begun <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}
		w := run(t, newHost(), pretend, func(o *propagation.Options) { o.Timeout = time.Hour })
		w.put(everywhere())
		<-begun
		w.away("b")
		w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.ClusterNotReady, "c": status.OK})
		hang.Store(false)
		w.back("b")
		w.untilStates(t, ok("a", "b", "c"))
	})
}

func TestAClusterThatIsNotReadyIsLeftAloneAndServedWhenItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))

		w.away("b")
		w.edit(web, func(in *propagation.Intent) {
			_ = unstructured.SetNestedField(in.Template.Object, "green", "data", "color")
		})
		w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.ClusterNotReady, "c": status.OK})
		require.Equal(t, "green blue green", w.color("a")+" "+w.color("b")+" "+w.color("c"))

		w.back("b")
		w.untilStates(t, ok("a", "b", "c"))
		require.Equal(t, "green", w.color("b"))
	})
}

func TestReadinessThatFlipsWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		in := everywhere()
		in.Placement.Want.Clusters = append(in.Placement.Want.Clusters, "d")
		w.put(in)
		w.untilStates(t, ok("a", "b", "c"))
		w.untilEvents(t, 1) // of the unknown cluster
		before := w.counts()
		away := member("b")
		away.Ready = false
		for range 20 {
			w.members.Put(away)
			w.members.Put(member("b"))
		}
		// What joins after them shows that they were looked at.
		w.members.Put(member("d"))
		w.untilStates(t, ok("a", "b", "c", "d"))
		before.reports++
		require.Equal(t, before, w.counts())
	})
}

func TestARestartWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, pretend := newHost(), &memory.Propagator{}
		first := run(t, h, pretend)
		first.put(everywhere())
		first.untilStates(t, ok("a", "b", "c"))
		first.stop()
		before := h.counts()

		second := run(t, h, pretend)
		second.edit(web, func(in *propagation.Intent) {})
		second.until(t, "second generation", func() bool { return second.last().Generation == 2 })
		before.reports++
		require.Equal(t, before, h.counts())
	})
}

func TestADeletionWaitsForAClusterThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.away("b")
		w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
		w.untilStates(t, map[federation.ClusterName]status.State{"b": status.WaitingForRemoval})
		require.Equal(t, 0, w.counts().releases)
		w.back("b")
		w.until(t, "release", func() bool { return w.releases == 1 })
		require.Nil(t, w.memory.Get("b", web))
	})
}

func TestAClusterDeselectedWhileAwayIsCleanedWhenItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.away("b")
		w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"a"} })
		w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.WaitingForRemoval})
		require.NotNil(t, w.memory.Get("b", web))
		w.back("b")
		w.untilStates(t, ok("a"))
		require.Nil(t, w.memory.Get("b", web))
	})
}

func TestABadOverrideHarmsItsClusterAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		in := everywhere()
		in.Overrides = []overrides.Rule{{Cluster: "b", Patches: []overrides.Patch{{Op: "remove", Path: "/data/nothing"}}}}
		w.put(in)
		w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.ApplyOverridesFailed, "c": status.OK})
		w.untilEvents(t, 1)
		w.edit(web, func(in *propagation.Intent) { in.Overrides = nil })
		w.untilStates(t, ok("a", "b", "c"))
		w.untilEvents(t, 2)
	})
}

func TestAnIntentThatCannotBeReadChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.edit(web, func(in *propagation.Intent) { in.Invalid, in.Template = errors.New("spec.placement: nonsense"), nil })
		w.until(t, "second generation", func() bool { return w.last().Generation == 2 })
		require.Equal(t, "blue", w.color("a"))
		require.Equal(t, ok("a", "b", "c"), w.states())
		require.Equal(t, status.Condition{Type: status.Propagation, Status: "False", Reason: status.ComputePlacementFailed, Message: "spec.placement: nonsense"},
			w.host.reports[len(w.host.reports)-1].Conditions[0])
	})
}

func TestACopyThatSomebodyDeletedComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.memory.Drop("b", web)
		require.Eventually(t, func() bool { return w.memory.Get("b", web) != nil }, 10*time.Second, time.Millisecond)
		require.Equal(t, 1, w.counts().reports)
	})
}

func TestACopyThatArrivesAfterTheDeletionIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		late := w.memory.Get("b", web)
		w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
		w.until(t, "release", func() bool { return w.releases == 1 })
		_, err := w.memory.Apply(t.Context(), "b", late, propagation.Holding{Parent: "parent"})
		require.NoError(t, err)
		w.memory.Put("b", late) // which tells
		require.Eventually(t, func() bool { return w.memory.Get("b", web) == nil }, 10*time.Second, time.Millisecond)
	})
}

func TestAMemberThatJoinsGetsWhatItShouldHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		in := everywhere()
		in.Placement.Want.Clusters = append(in.Placement.Want.Clusters, "d")
		w.put(in)
		w.until(t, "report of the unknown cluster", func() bool {
			return len(w.last().Conditions) > 1 && w.last().Conditions[1].Reason == string(placement.UnknownCluster)
		})
		w.members.Put(member("d"))
		w.untilStates(t, ok("a", "b", "c", "d"))
		require.NotNil(t, w.memory.Get("d", web))
	})
}

func TestNewNamesEveryMissingOption(t *testing.T) {
	_, err := propagation.New(propagation.Options{})
	for _, name := range []string{"Registry", "Source", "Ledger", "Propagator"} {
		require.ErrorContains(t, err, "Options."+name)
	}
}

// A member to which connections are refused is asked less and less often, though
// nobody says that it is not ready.
func TestAMemberThatGivesNoAnswerIsBackedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		gone := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if c != "b" {
				return nil
			}
			asked.Add(1)
			return &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		}}
		w := run(t, newHost(), gone, func(o *propagation.Options) { o.Backoff, o.MaxBackoff = time.Second, time.Minute })
		w.put(everywhere())
		w.until(t, "told", func() bool { return w.states()["b"] == status.UpdateFailed })
		time.Sleep(10 * time.Minute)
		require.Less(t, asked.Load(), int64(20))
	})
}

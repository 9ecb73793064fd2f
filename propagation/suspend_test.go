package propagation_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// annotate changes an intent without a new generation, as an annotation does.
func (h *host) annotate(edit func(*propagation.Intent)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in := h.intents[web]
	edit(&in)
	h.intents[web] = in
	if h.changed != nil {
		h.changed(web)
	}
}

func (h *host) suspend() { h.annotate(func(in *propagation.Intent) { in.Suspended = true }) }
func (h *host) resume()  { h.annotate(func(in *propagation.Intent) { in.Suspended = false }) }

// condition is one of the last report; call it with the lock held.
func (h *host) condition(kind string) status.Condition {
	for _, c := range h.last().Conditions {
		if c.Type == kind {
			return c
		}
	}
	return status.Condition{}
}

func (w world) untilSuspended(t *testing.T) {
	t.Helper()
	w.until(t, "suspended", func() bool { return w.condition(status.Applied).Reason == propagation.Suspended })
}

// counted counts what a world does in members.
func counted(n *atomic.Int64) func(*propagation.Options) {
	return func(o *propagation.Options) {
		o.OnOutcome = func(_ propagation.Change, out propagation.Outcome, err error) {
			if err != nil || out.Action != propagation.Unchanged {
				n.Add(1)
			}
		}
	}
}

func (h *host) told() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var reasons []string
	for _, e := range h.events {
		reasons = append(reasons, e.Reason)
	}
	return reasons
}

const waitsToResume = status.WaitingForResume

func TestWhatIsSuspendedIsLeftAsItIsInEveryCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		w := run(t, newHost(), &memory.Propagator{}, counted(&done))
		in := everywhere()
		in.Placement.Want.Clusters = []federation.ClusterName{"a", "b"}
		w.put(in)
		w.untilStates(t, ok("a", "b"))
		before := done.Load()

		w.suspend()
		w.untilSuspended(t)
		require.Equal(t, ok("a", "b"), w.states(), "what is known stays")
		require.Equal(t, "True", w.condition(status.Propagation).Status)
		require.Equal(t, "it is suspended: nothing is created, changed or removed in any cluster; 2 of 2 clusters hold what they should",
			w.condition(status.Applied).Message)
		require.Equal(t, propagation.Suspended, w.condition(status.Ready).Reason)

		w.edit(web, func(in *propagation.Intent) {
			in.Template, in.Placement.Want.Clusters = colored("green"), []federation.ClusterName{"b", "c"}
		})
		w.untilStates(t, states(status.WaitingForRemoval, waitsToResume, waitsToResume))
		w.memory.Put("a", w.memory.Get("b", web)) // news of a copy
		w.memory.Drop("b", web)
		w.away("a")
		w.back("a")
		time.Sleep(time.Hour)
		require.Equal(t, "blue", w.color("a"))
		require.Empty(t, w.color("b"), "not even what somebody else took away is given back")
		require.Nil(t, w.memory.Get("c", web))
		require.Equal(t, before, done.Load())

		w.resume()
		w.untilStates(t, ok("b", "c"))
		require.Equal(t, " green green", w.colors())
		w.until(t, "ready", func() bool { return w.condition(status.Ready).Status == "True" })
		require.Equal(t, []string{"Suspended", "Resumed"}, w.told())
	})
}

func TestWhatIsSuspendedFromTheFirstIsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		in := everywhere()
		in.Suspended = true
		w.put(in)
		w.untilStates(t, states(waitsToResume, waitsToResume, waitsToResume))
		require.Equal(t, "  ", w.colors())
		w.resume()
		w.untilStates(t, ok("a", "b", "c"))
	})
}

func TestASuspensionThatChangesNothingCostsNothingInMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		w := run(t, newHost(), &memory.Propagator{}, counted(&done))
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		before := done.Load()
		w.suspend()
		w.untilSuspended(t)
		w.resume()
		w.until(t, "ready", func() bool { return w.condition(status.Ready).Status == "True" })
		time.Sleep(time.Minute)
		require.Equal(t, before, done.Load())
		require.Equal(t, counts{holds: 1, reports: 3, events: 2}, w.counts())
	})
}

func TestADeletionGoesOnWhileSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.suspend()
		w.untilSuspended(t)
		w.annotate(func(in *propagation.Intent) { in.Deleting = true })
		w.until(t, "released", func() bool { return w.releases == 1 })
		require.Equal(t, "  ", w.colors())
		require.Equal(t, []string{"Suspended"}, w.told())
	})
}

func TestHowCopiesFareIsToldWhileSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard()
		w := carried(t, rollout.Policy{}, wards)
		w.suspend()
		w.untilSuspended(t)
		wards.set("b", true)
		w.until(t, "b is sick", func() bool { return w.last().Clusters[1].Vitals.Health == status.Progressing })
		require.Equal(t, ok("a", "b", "c"), w.states())
		w.paint("green")
		w.untilStates(t, states(waitsToResume, waitsToResume, waitsToResume))
		wards.set("b", false)
		w.until(t, "b is well", func() bool { return w.last().Clusters[1].Vitals.Health == status.Healthy })
	})
}

func TestASuspensionOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.suspend()
		w.untilSuspended(t)
		before := w.counts()
		w.stop()
		var done atomic.Int64
		w = run(t, w.host, w.memory, counted(&done))
		time.Sleep(time.Minute)
		require.Equal(t, before, w.counts())
		require.Zero(t, done.Load())
		w.resume()
		w.until(t, "ready", func() bool { return w.condition(status.Ready).Status == "True" })
		require.Zero(t, done.Load())
	})
}

// TestNoTimeGoesByForARolloutWhileSuspended: b was being changed when its object was
// suspended for longer than it may take.
func TestNoTimeGoesByForARolloutWhileSuspended(t *testing.T) {
	for name, restart := range map[string]bool{"": false, "and a restart": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wards := newWard("b")
				w := carried(t, rollout.Policy{Deadline: time.Minute}, wards)
				w.paint("green")
				w.untilStates(t, states(status.OK, unwell, waits))
				w.until(t, "b is changed", func() bool { return w.color("b") == "green" })
				w.suspend()
				w.untilSuspended(t)
				time.Sleep(time.Hour)
				require.Equal(t, "green green blue", w.colors())
				require.Equal(t, waitsToResume, w.states()["c"])
				require.Equal(t, "Changing", w.last().Clusters[1].Rollout.Phase)
				if restart {
					w = again(t, w, wards)
				}
				w.resume()
				w.untilStates(t, states(status.OK, unwell, waits))
				w.untilReason(t, running)
				wards.set("b", false)
				w.untilStates(t, ok("a", "b", "c"))
				require.Equal(t, "green green green", w.colors())
				require.NotContains(t, w.told(), "RolloutStopped")
			})
		})
	}
}

// TestLossesWhileSuspendedAreOne: what is lost while nothing is removed goes at once
// when the object is carried again, however long it took to get lost.
func TestLossesWhileSuspendedAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGold(t, newHost())
		w.suspend()
		w.untilSuspended(t)
		w.tarnish("b")
		w.untilStates(t, states(status.OK, status.WaitingForRemoval, status.OK))
		time.Sleep(time.Hour)
		w.tarnish("c")
		w.untilGuarded(t, "b", "c")
		w.resume()
		w.until(t, "resumed", func() bool { return w.condition(status.Applied).Status == "True" })
		require.Equal(t, ok("a", "c"), w.states())
		require.Equal(t, "blue  blue", w.colors())
	})
}

// TestWhatFollowsIsToldWhereASuspendedObjectMayBe: where it is, and where it should be.
func TestWhatFollowsIsToldWhereASuspendedObjectMayBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &onlooker{host: newHost()}
		w := run(t, h.host, &memory.Propagator{}, func(o *propagation.Options) { o.Source = h })
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.suspend()
		w.untilSuspended(t)
		w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"b"} })
		w.untilStates(t, states(status.WaitingForRemoval, status.OK, status.WaitingForRemoval))
		require.Equal(t, []federation.ClusterName{"a", "b", "c"}, h.placed.Load())
		w.resume()
		w.untilStates(t, ok("b"))
		require.Equal(t, []federation.ClusterName{"b"}, h.placed.Load())
	})
}

// onlooker is a host that is told where objects are placed.
type onlooker struct {
	*host
	placed atomic.Value
}

func (h *onlooker) Placed(_ propagation.Key, clusters []federation.ClusterName) {
	h.placed.Store(slices.Clone(clusters))
}

func TestASuspendedIntentIsPreviewedAsItWouldBe(t *testing.T) {
	in := everywhere()
	in.Suspended = true
	p, err := propagation.PreviewOf(context.Background(), propagation.PreviewRequest{
		Intent: in, Members: federation.NewClusterSet(member("a"), member("b"), member("c")),
	})
	require.NoError(t, err)
	require.Len(t, p.Copies, 3)
}

// TestWhatWasPutOffGoesOnAtOnceWhenResumed: nothing waits for a back-off that is over
// with the suspension.
func TestWhatWasPutOffGoesOnAtOnceWhenResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		broken.Store(true)
		w := run(t, newHost(), &memory.Propagator{Before: failingIn("b", &broken)}, patient)
		w.put(everywhere())
		w.untilStates(t, states(status.OK, status.UpdateFailed, status.OK))
		w.suspend()
		w.untilStates(t, states(status.OK, waitsToResume, status.OK))
		broken.Store(false)
		began := time.Now()
		w.resume()
		w.untilStates(t, ok("a", "b", "c"))
		require.Less(t, time.Since(began), time.Second)
	})
}

// failingIn has one cluster refuse everything while it is broken.
func failingIn(name federation.ClusterName, broken *atomic.Bool) func(context.Context, federation.ClusterName, propagation.Key) error {
	return func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
		if c == name && broken.Load() {
			return errors.New("no")
		}
		return nil
	}
}

// patient has a world wait for an hour before it tries again.
func patient(o *propagation.Options) { o.Backoff, o.MaxBackoff = time.Hour, time.Hour }

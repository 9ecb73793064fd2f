package propagation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// colors are what a, b and c hold.
func (w world) colors() string { return w.color("a") + " " + w.color("b") + " " + w.color("c") }

// reason is why the object is not Ready; call it with the lock held.
func (h *host) reason() string {
	for _, c := range h.last().Conditions {
		if c.Type == status.Ready {
			return c.Reason
		}
	}
	return ""
}

func (w world) untilReason(t *testing.T, want string) {
	t.Helper()
	w.until(t, "reason "+want, func() bool { return w.reason() == want && w.last().Generation == w.intents[web].Generation })
}

// carried is an object that is blue everywhere, with a policy.
func carried(t *testing.T, p rollout.Policy, wards *ward, change ...func(*propagation.Options)) world {
	t.Helper()
	w := run(t, newHost(), wards.Propagator, append(change, wards.in)...)
	in := everywhere()
	in.Rollout = &p
	w.put(in)
	w.untilStates(t, ok("a", "b", "c"))
	require.Equal(t, "blue blue blue", w.colors())
	return w
}

func (w world) paint(color string) {
	w.edit(web, func(in *propagation.Intent) { in.Template = colored(color) })
}

// again is the world after its controller was started anew.
func again(t *testing.T, w world, wards *ward) world {
	t.Helper()
	w.stop()
	return run(t, w.host, wards.Propagator, wards.in)
}

const (
	waits   = status.WaitingForRollout
	unwell  = status.WaitingForHealth
	running = status.RolloutInProgress
)

func states(a, b, c status.State) map[federation.ClusterName]status.State {
	return map[federation.ClusterName]status.State{"a": a, "b": b, "c": c}
}

func TestAChangeGoesFromClusterToClusterAsEachIsHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard("a", "b", "c")
		w := carried(t, rollout.Policy{}, wards)
		require.Equal(t, counts{holds: 1, reports: 1}, w.counts(), "a copy that is made is not held back")
		w.paint("green")
		w.untilStates(t, states(unwell, waits, waits))
		w.until(t, "a is changed", func() bool { return strings.HasPrefix(w.last().Clusters[0].Message, "not healthy: it is sick") })
		require.Equal(t, "green blue blue", w.colors())
		wards.set("a", false)
		w.untilStates(t, states(status.OK, unwell, waits))
		w.until(t, "b is changed", func() bool { return w.color("b") == "green" || w.color("c") == "green" })
		require.Equal(t, "green green blue", w.colors())
		w.untilReason(t, running)
		wards.set("b", false)
		wards.set("c", false)
		w.untilStates(t, ok("a", "b", "c"))
		w.untilReason(t, status.AllClusters)
		require.Equal(t, "green green green", w.colors())
		for _, c := range w.last().Clusters {
			require.Equal(t, status.Rollout{}, c.Rollout, "what is over is forgotten")
		}
		w.untilEvents(t, 2)
		require.Equal(t, []string{"RolloutInProgress", "RolloutCompleted"}, []string{w.events[0].Reason, w.events[1].Reason})
	})
}

func TestARolloutGoesOnWhereItWasAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard("a", "b", "c")
		w := carried(t, rollout.Policy{}, wards)
		w.paint("green")
		w.until(t, "a is changed", func() bool { return w.color("a") == "green" })
		w.untilStates(t, states(unwell, waits, waits))
		w = again(t, w, wards)
		reports := w.counts().reports
		wards.Put("b", wards.Get("b", web)) // news of a cluster that waits
		wards.set("a", false)
		w.until(t, "b is changed", func() bool { return w.color("b") == "green" })
		w.untilStates(t, states(status.OK, unwell, waits))
		require.LessOrEqual(t, w.counts().reports-reports, 4)
		w = again(t, w, wards)
		wards.set("b", false)
		wards.set("c", false)
		w.untilReason(t, status.AllClusters)
		require.Equal(t, "green green green", w.colors())
	})
}

// forget takes from what was reported all that a definition of KubeFed's has no
// room for.
func (h *host) forget(t *testing.T) {
	require.NoError(t, h.write(web, func(in *propagation.Intent) {
		in.Reported.Clusters = slices.Clone(in.Reported.Clusters)
		for i := range in.Reported.Clusters {
			in.Reported.Clusters[i].Rollout, in.Reported.Clusters[i].Message = status.Rollout{}, ""
		}
	}))
}

func TestARolloutGoesOnWithTheWordsAlone(t *testing.T) {
	for name, c := range map[string]struct {
		policy rollout.Policy
		states map[federation.ClusterName]status.State
		reason string
	}{
		"under way": {rollout.Policy{}, states(unwell, waits, waits), running},
		"stopped":   {rollout.Policy{Deadline: 20 * time.Millisecond}, states(status.RolloutFailed, waits, waits), status.RolloutStopped},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wards := newWard("a")
				w := carried(t, c.policy, wards)
				w.paint("green")
				w.until(t, "a is changed", func() bool { return w.color("a") == "green" })
				w.untilStates(t, c.states)
				w.stop()
				w.forget(t)
				w = run(t, w.host, wards.Propagator, wards.in)
				w.edit(web, func(in *propagation.Intent) { in.Rollout = &rollout.Policy{Deadline: time.Hour} })
				w.untilReason(t, c.reason)
				require.Equal(t, "green blue blue", w.colors())
				w.stop()
				w.forget(t)
				w.paint("red") // while nobody looks: a is mended first
				w = run(t, w.host, wards.Propagator, wards.in)
				w.until(t, "a is changed", func() bool { return w.color("a") == "red" })
				require.Equal(t, "red blue blue", w.colors())
				wards.set("a", false)
				w.untilReason(t, status.AllClusters)
				require.Equal(t, "red red red", w.colors())
			})
		})
	}
}

// What was released is written down before anything is written to the member:
// a controller that was killed in between, and cannot see the member any more,
// does not take another.
func TestAClusterThatMayHaveBeenChangedCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard()
		var hang sync.Map
		began := make(chan federation.ClusterName, 9)
		wards.Before = func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
			if _, hangs := hang.Load(c); hangs {
				began <- c
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		w := carried(t, rollout.Policy{}, wards)
		hang.Store(federation.ClusterName("a"), true)
		w.paint("green")
		require.Equal(t, federation.ClusterName("a"), <-began)
		w.stop()
		gone := member("a")
		gone.Ready = false
		w = run(t, w.host, wards.Propagator, wards.in, func(o *propagation.Options) {
			o.Registry = federation.NewMembers(gone, member("b"), member("c"))
		})
		w.untilStates(t, states(unwell, waits, waits))
		w.until(t, "a is out of sight", func() bool { return strings.HasPrefix(w.last().Clusters[0].Message, "it cannot be seen") })
		require.Equal(t, "blue blue blue", w.colors())
	})
}

func TestAPauseHoldsWhatWaitsAndItsEndLetsItGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard()
		w := carried(t, rollout.Policy{Paused: true}, wards)
		w.paint("green")
		w.untilStates(t, states(waits, waits, waits))
		w.untilReason(t, status.RolloutPaused)
		w = again(t, w, wards)
		w.edit(web, func(in *propagation.Intent) { in.Rollout = &rollout.Policy{} })
		w.untilReason(t, status.AllClusters)
		require.Equal(t, "green green green", w.colors())
	})
}

func TestAFailureStopsAndStaysOneAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard("a")
		w := carried(t, rollout.Policy{Deadline: 50 * time.Millisecond}, wards)
		w.paint("green")
		w.untilReason(t, status.RolloutStopped)
		w.untilStates(t, states(status.RolloutFailed, waits, waits))
		w.untilEvents(t, 3) // in progress, failed, stopped
		w = again(t, w, wards)
		w.edit(web, func(in *propagation.Intent) {
			in.Rollout = &rollout.Policy{MaxConcurrent: intstr.FromInt(3), Deadline: time.Hour}
		})
		w.untilReason(t, status.RolloutStopped)
		require.Equal(t, "green blue blue", w.colors())
		wards.set("a", false)
		w.untilReason(t, status.AllClusters)
		require.Equal(t, "green green green", w.colors())
	})
}

func TestAFailureIsPassedOverWhereThePolicySaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard("a")
		w := carried(t, rollout.Policy{Deadline: 20 * time.Millisecond, OnFailure: rollout.Continue}, wards)
		w.paint("green")
		w.untilStates(t, states(status.RolloutFailed, status.OK, status.OK))
		require.Equal(t, "green green green", w.colors())
		w.untilReason(t, running)
	})
}

func TestAChangeTakenBackReachesNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard("a")
		w := carried(t, rollout.Policy{}, wards)
		w.paint("green")
		w.until(t, "a is changed", func() bool { return w.color("a") == "green" })
		w.paint("blue")
		w.untilStates(t, states(unwell, status.OK, status.OK))
		wards.set("a", false)
		w.untilReason(t, status.AllClusters)
		require.Equal(t, "blue blue blue", w.colors())
		for _, r := range w.reports {
			for _, c := range r.Clusters {
				require.False(t, c.Cluster != "a" && c.Rollout.Phase != "", "%s was released", c.Cluster)
			}
		}
	})
}

func TestAClusterThatWaitsIsLeftAloneAndOthersAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard()
		w := carried(t, rollout.Policy{Paused: true}, wards)
		w.edit(web, func(in *propagation.Intent) {
			in.Placement.Want.Clusters = []federation.ClusterName{"a", "b", "c", "d"}
		})
		w.members.Put(member("d"))
		w.paint("green")
		w.until(t, "d holds it", func() bool { return w.color("d") == "green" })
		w.untilReason(t, status.RolloutPaused)
		for _, name := range []federation.ClusterName{"a", "d"} {
			stolen := wards.Get(name, web)
			require.NoError(t, unstructured.SetNestedField(stolen.Object, "stolen", "data", "color"))
			wards.Put(name, stolen)
		}
		require.Eventually(t, func() bool { return w.color("d") == "green" }, 10*time.Second, time.Millisecond)
		require.Equal(t, "stolen blue blue", w.colors())
		w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"b", "c", "d"} })
		require.Eventually(t, func() bool { return w.color("a") == "" }, 10*time.Second, time.Millisecond, "a removal is not held back")
	})
}

func TestAClusterThatIsAwayHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wards := newWard()
		w := carried(t, rollout.Policy{}, wards)
		gone := member("a")
		gone.Ready = false
		w.members.Put(gone)
		w.paint("green")
		w.untilStates(t, states(status.ClusterNotReady, status.OK, status.OK))
		w.untilReason(t, status.CheckClusters)
		w.members.Put(member("a"))
		w.untilReason(t, status.AllClusters)
		require.Equal(t, "green green green", w.colors())
	})
}

// blindfold hides that a Propagator is a Viewer.
type blindfold struct{ propagation.Propagator }

func TestARolloutThatCannotBeFollowedChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		policy  rollout.Policy
		carrier propagation.Propagator
		message string
	}{
		"nobody sees":    {carrier: blindfold{&memory.Propagator{}}, message: "rollout: what carries this type cannot tell which version a cluster holds"},
		"a wrong policy": {policy: rollout.Policy{OnFailure: "Explode"}, carrier: &memory.Propagator{}, message: `rollout: onFailure: want one of ["Stop" "Continue"], not "Explode"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := run(t, newHost(), &memory.Propagator{}, func(o *propagation.Options) { o.Propagator = c.carrier })
				in := everywhere()
				in.Rollout = &c.policy
				w.put(in)
				w.untilReason(t, status.ComputePlacementFailed)
				require.Contains(t, w.last().Conditions[1].Message, c.message)
			})
		})
	}
}

// TestNeverMoreAtATime changes an object of many clusters again and again, with
// controllers that are killed at any moment: at no time are more clusters
// changed and not healthy than the policy allows.
func TestNeverMoreAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 2
		wards := newWard()
		var mu sync.Mutex
		recovering, worst := map[federation.ClusterName]bool{}, 0
		wards.turning = func(c federation.ClusterName) {
			mu.Lock()
			defer mu.Unlock()
			recovering[c] = true
			worst = max(worst, len(recovering))
			wards.mu.Lock()
			wards.sick[c] = true
			wards.mu.Unlock()
			time.AfterFunc(5*time.Millisecond, func() {
				mu.Lock()
				delete(recovering, c)
				mu.Unlock()
				wards.set(c, false)
			})
		}
		members := federation.NewMembers()
		var all []federation.ClusterName
		for i := range 8 {
			all = append(all, federation.ClusterName(fmt.Sprint("m", i)))
			members.Put(member(string(all[i])))
		}
		h := newHost()
		in := everywhere()
		in.Rollout, in.Placement.Want.Clusters = &rollout.Policy{MaxConcurrent: intstr.FromInt(most)}, all
		w := run(t, h, wards.Propagator, wards.in, func(o *propagation.Options) { o.Registry = members })
		w.put(in)
		w.untilReason(t, status.AllClusters)
		for round := range 4 {
			color := fmt.Sprint("color", round)
			w.paint(color)
			for restarts := range 2 {
				w.until(t, "half way", func() bool { return w.color(string(all[2+restarts*2])) == color })
				w.stop()
				w = run(t, h, wards.Propagator, wards.in, func(o *propagation.Options) { o.Registry = members })
			}
			w.untilReason(t, status.AllClusters)
			for _, name := range all {
				require.Equal(t, color, w.color(string(name)))
			}
		}
		require.Equal(t, most, worst)
	})
}

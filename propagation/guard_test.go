package propagation_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// gold is a member whose tier is gold, or is not.
func gold(name string, is bool) federation.Cluster {
	c := member(name)
	if is {
		c.Labels = labels.Set{"tier": "gold"}
	}
	return c
}

// onGold is where the tier is gold.
func onGold() propagation.Intent {
	in := everywhere()
	in.Placement.Want = placement.Placement{Selector: &metav1.LabelSelector{MatchLabels: labels.Set{"tier": "gold"}}}
	return in
}

// newGold is a world in which an object is on a, b and c because they are gold.
func newGold(t *testing.T, h *host, change ...func(*propagation.Options)) world {
	t.Helper()
	w := run(t, h, &memory.Propagator{}, change...)
	w.members.Replace(federation.NewClusterSet(gold("a", true), gold("b", true), gold("c", true)))
	w.put(onGold())
	w.untilStates(t, ok("a", "b", "c"))
	return w
}

// tarnish takes clusters out of the tier, one after the other.
func (w world) tarnish(names ...string) {
	for _, name := range names {
		w.members.Put(gold(name, false))
	}
}

func (w world) untilGuarded(t *testing.T, lost ...federation.ClusterName) propagation.Loss {
	t.Helper()
	loss := propagation.Loss{Lost: lost}
	w.until(t, "guarded", func() bool {
		return len(w.last().Conditions) > 1 && w.last().Conditions[1].Reason == propagation.LossGuarded &&
			w.last().Conditions[1].Message == propagation.MostAtOnce{}.Judge(propagation.Loss{Held: w.heldOnce(), Lost: lost})
	})
	return loss
}

// heldOnce are a, b and c.
func (world) heldOnce() []federation.ClusterName { return []federation.ClusterName{"a", "b", "c"} }

func TestAnUnaskedLossIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGold(t, newHost())
		w.members.Replace(federation.NewClusterSet(gold("a", true), gold("b", false), gold("c", false)))
		loss := w.untilGuarded(t, "b", "c")
		require.Equal(t, ok("a", "b", "c"), w.states())
		require.Equal(t, "blue blue", w.color("b")+" "+w.color("c"))
		w.untilEvents(t, 1)
		require.Equal(t, propagation.Event{Type: corev1.EventTypeWarning, Reason: propagation.LossGuarded,
			Message: w.last().Conditions[1].Message}, w.events[0])

		// A change of the template is carried to all.
		w.edit(web, func(in *propagation.Intent) { in.Template = colored("green") })
		w.until(t, "green", func() bool { return w.last().Generation == 2 })
		require.Equal(t, "green green green", w.color("a")+" "+w.color("b")+" "+w.color("c"))
		// What was allowed is another loss.
		w.edit(web, func(in *propagation.Intent) { in.AllowLoss = "true" })
		w.until(t, "third", func() bool { return w.last().Generation == 3 })
		require.Equal(t, "green green green", w.color("a")+" "+w.color("b")+" "+w.color("c"))
		// Allowed.
		w.edit(web, func(in *propagation.Intent) { in.AllowLoss = loss.Token() })
		w.untilStates(t, ok("a"))
		require.Nil(t, w.memory.Get("b", web))
	})
}

// TestALossThatComesInPartsIsOne: labels change one cluster after the other.
func TestALossThatComesInPartsIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGold(t, newHost())
		w.tarnish("a")
		w.untilStates(t, ok("b", "c"))
		w.tarnish("b")
		w.untilGuarded(t, "a", "b")
		w.tarnish("c")
		w.untilGuarded(t, "a", "b", "c")
		require.Equal(t, "blue blue", w.color("b")+" "+w.color("c"))
		w.members.Put(gold("b", true))
		w.members.Put(gold("c", true))
		w.until(t, "ready", func() bool { return w.last().Conditions[1].Status == "True" })
	})
}

func TestAnUnaskedLossIsHeldBackAfterARestart(t *testing.T) {
	for name, guarded := range map[string]bool{"and was before": true, "and was not known before": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newGold(t, newHost())
				lose := func(m *federation.Members) {
					m.Replace(federation.NewClusterSet(gold("a", false), gold("b", false), gold("c", false)))
				}
				if guarded {
					lose(w.members)
					w.untilGuarded(t, "a", "b", "c")
				}
				w.stop()
				reports := w.counts().reports
				again := run(t, w.host, w.memory, func(o *propagation.Options) {
					members := federation.NewMembers()
					lose(members)
					o.Registry = members
				})
				other := everywhere()
				other.Key.Name, other.Parent = "other", "other"
				again.put(other)
				again.until(t, "other", func() bool { return again.intents[other.Key].Reported.Generation == 1 })
				if guarded {
					require.Equal(t, reports+1, again.counts().reports, "nothing new but the other")
				} else {
					again.until(t, "guarded", func() bool {
						c := again.intents[web].Reported.Conditions
						return len(c) > 1 && c[1].Reason == propagation.LossGuarded
					})
				}
				require.Equal(t, "blue blue blue", again.color("a")+" "+again.color("b")+" "+again.color("c"))
			})
		})
	}
}

// TestWhatIsAskedIsNotHeldBack, not even while a loss is held back.
func TestWhatIsAskedIsNotHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGold(t, newHost())
		w.tarnish("a", "b", "c")
		w.until(t, "guarded", func() bool { return w.last().Conditions[1].Reason == propagation.LossGuarded })
		w.edit(web, func(in *propagation.Intent) {
			in.Placement.Want = placement.Placement{Clusters: []federation.ClusterName{"c"}}
		})
		w.untilStates(t, ok("c"))

		// Deleted.
		w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
		w.until(t, "release", func() bool { return w.releases == 1 })
	})
}

// TestAnEmptiedRegistryLosesNothing: what is no member is not touched, and a
// cluster that returns without its label is a loss then.
func TestAnEmptiedRegistryLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGold(t, newHost())
		w.members.Replace(federation.NewClusterSet())
		w.untilStates(t, map[federation.ClusterName]status.State{})
		require.Equal(t, "blue blue blue", w.color("a")+" "+w.color("b")+" "+w.color("c"))
		w.members.Replace(federation.NewClusterSet(gold("a", true), gold("b", false), gold("c", false)))
		w.untilGuarded(t, "b", "c")
		require.Equal(t, ok("a", "b", "c"), w.states())
	})
}

func TestAPlacementOfTheNamespaceThatShrinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		w := run(t, h, &memory.Propagator{})
		in := everywhere()
		in.Placement.Bounds = []placement.Bound{{By: "namespace", Within: &placement.Placement{Selector: &metav1.LabelSelector{}}}}
		w.put(in)
		w.untilStates(t, ok("a", "b", "c"))
		bound := func(within *placement.Placement) {
			h.mu.Lock()
			in := h.intents[web]
			in.Placement.Bounds = []placement.Bound{{By: "namespace", Within: within}}
			h.intents[web] = in
			changed := h.changed
			h.mu.Unlock()
			changed(web)
		}
		bound(&placement.Placement{Clusters: []federation.ClusterName{"a"}})
		w.untilGuarded(t, "b", "c")
		require.Equal(t, ok("a", "b", "c"), w.states())

		// The namespace is not federated any more.
		bound(nil)
		w.untilStates(t, map[federation.ClusterName]status.State{})
	})
}

func TestAnyLossHoldsNothingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGold(t, newHost(), func(o *propagation.Options) { o.LossGuard = propagation.AnyLoss{} })
		w.tarnish("a", "b")
		w.untilStates(t, ok("c"))
	})
}

package propagation_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
)

// vanish takes an intent away that nobody was told is being deleted.
func (h *host) vanish(key propagation.Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.intents, key)
	h.changed(key)
}

// arrive has a write arrive late in cluster b.
func (w world) arrive(t *testing.T) {
	t.Helper()
	copied := colored("blue")
	copied.SetName(web.Name)
	copied.SetNamespace(web.Namespace)
	copied.SetLabels(map[string]string{propagation.ManagedLabel: "true"})
	_, err := w.memory.Apply(t.Context(), "b", copied, propagation.Holding{Parent: "parent"})
	require.NoError(t, err)
	w.memory.Put("b", copied) // which tells
}

// TestACopyThatArrivesAfterItsOrphaningStays: the copies were to stay, and a
// late write makes one that stays as well, without our label.
func TestACopyThatArrivesAfterItsOrphaningStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.edit(web, func(in *propagation.Intent) { in.Deleting, in.Removal.Orphan = true, true })
		w.until(t, "release", func() bool { return w.releases == 1 })
		w.arrive(t)
		require.Eventually(t, func() bool {
			left := w.memory.Get("b", web)
			return left != nil && left.GetLabels()[propagation.ManagedLabel] == ""
		}, 10*time.Second, time.Millisecond)
	})
}

// TestADeclarationThatVanishesWhileItIsHeld: it went although it was held, as an
// API server may have it; what was written meanwhile is removed.
func TestADeclarationThatVanishesWhileItIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		writing, gone := make(chan struct{}), make(chan struct{})
		var first sync.Once // the first write alone waits
		w := run(t, newHost(), &memory.Propagator{Before: func(_ context.Context, cluster federation.ClusterName, _ propagation.Key) error {
			if cluster == "b" {
				first.Do(func() {
					close(writing)
					<-gone
				})
			}
			return nil
		}})
		w.put(everywhere())
		<-writing
		w.vanish(web)
		close(gone)
		require.Eventually(t, func() bool {
			return w.memory.Get("a", web) == nil && w.memory.Get("b", web) == nil && w.memory.Get("c", web) == nil
		}, 10*time.Second, time.Millisecond)
	})
}

// TestADeclarationThatIsGoneWithoutAWordKeepsItsCopies: nobody knows why, and it
// was not held just now; a host that lost its data empties no member.
func TestADeclarationThatIsGoneWithoutAWordKeepsItsCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		in := everywhere()
		in.Held, in.Generation = true, 1
		h.intents[web] = in
		w := run(t, h, &memory.Propagator{})
		w.untilStates(t, ok("a", "b", "c"))
		w.vanish(web)
		w.members.Put(member("d")) // the loops look at everything again
		in.Key.Name, in.Parent, in.Held = "another", "another", false
		w.put(in)
		w.until(t, "another to be held", func() bool { return w.intents[in.Key].Held })
		for _, cluster := range []federation.ClusterName{"a", "b", "c"} {
			require.NotNil(t, w.memory.Get(cluster, web), cluster)
		}
	})
}

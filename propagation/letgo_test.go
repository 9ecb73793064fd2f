package propagation_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// letGoSoon has a deletion wait for that long, and what is left behind kept in
// an archive.
func letGoSoon(archive *memory.Archive, after time.Duration) func(*propagation.Options) {
	return func(o *propagation.Options) { o.Archive, o.LetGoAfter = archive, after }
}

// kept is what an archive holds.
func kept(t *testing.T, archive *memory.Archive) []propagation.Remains {
	t.Helper()
	all, err := archive.List(t.Context())
	require.NoError(t, err)
	return all
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, 20*time.Second, time.Millisecond, what)
}

// leaveBehind has the declaration everywhere, then cluster b away, and the
// declaration deleted and let go of.
func leaveBehind(t *testing.T, archive *memory.Archive, edits ...func(*propagation.Intent)) world {
	t.Helper()
	w := run(t, newHost(), &memory.Propagator{}, letGoSoon(archive, 50*time.Millisecond))
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.away("b")
	w.edit(web, func(in *propagation.Intent) {
		in.Deleting = true
		for _, edit := range edits {
			edit(in)
		}
	})
	w.until(t, "release", func() bool { return w.releases == 1 })
	return w
}

func TestADeletionIsLetGoOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := &memory.Archive{}
		w := leaveBehind(t, archive)
		require.Nil(t, w.memory.Get("a", web))
		require.NotNil(t, w.memory.Get("b", web))
		require.Equal(t, []propagation.Remains{{
			Key: web, Removal: propagation.Removal{Parent: "parent"}, Clusters: []federation.ClusterName{"b"},
		}}, kept(t, archive))
		require.Equal(t, []propagation.Event{{Type: corev1.EventTypeWarning, Reason: "LeftBehind",
			Message: "it goes although cluster b could not be reached for 50ms; copies that are left there are removed when they can be reached again",
		}}, w.events)

		w.back("b")
		eventually(t, "the copy goes", func() bool { return w.memory.Get("b", web) == nil && len(kept(t, archive)) == 0 })
		require.Equal(t, 1, w.counts().releases)
	})
}

func TestWhatWasLeftBehindGoesAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := &memory.Archive{}
		w := leaveBehind(t, archive)
		w.stop()
		w.down.Delete(federation.ClusterName("b"))
		again := run(t, newHost(), w.memory, letGoSoon(archive, time.Hour))
		eventually(t, "the copy goes", func() bool { return w.memory.Get("b", web) == nil && len(kept(t, archive)) == 0 })
		require.Equal(t, counts{}, again.counts(), "there is nobody to tell")
	})
}

func TestWhatWasLeftBehindIsForgottenWithItsCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := &memory.Archive{}
		w := leaveBehind(t, archive)
		w.members.Remove("b")
		eventually(t, "nothing is kept", func() bool { return len(kept(t, archive)) == 0 })
		require.NotNil(t, w.memory.Get("b", web), "what is no member is not touched")
	})
}

func TestWhatIsLeftBehindIsOrphanedWhenItWasToStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := &memory.Archive{}
		w := leaveBehind(t, archive, func(in *propagation.Intent) { in.Removal.Orphan = true })
		w.back("b")
		eventually(t, "nothing is kept", func() bool { return len(kept(t, archive)) == 0 })
		require.Empty(t, w.memory.Get("b", web).GetLabels()[propagation.ManagedLabel])
	})
}

// TestACopyOfAnotherParentIsNotWhatWasLeftBehind: another federation wrote to
// the same name meanwhile.
func TestACopyOfAnotherParentIsNotWhatWasLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := &memory.Archive{}
		w := leaveBehind(t, archive)
		w.down.Delete(federation.ClusterName("b"))
		theirs := w.memory.Get("b", web)
		_, err := w.memory.Apply(t.Context(), "b", theirs, propagation.Holding{Parent: "theirs"})
		require.NoError(t, err)
		w.members.Put(member("b"))
		eventually(t, "nothing is kept", func() bool { return len(kept(t, archive)) == 0 })
		require.Equal(t, theirs, w.memory.Get("b", web))
	})
}

// TestADeclarationAnewWhileCopiesAreLeftBehind: what it does not want goes, and
// what it wants is its own.
func TestADeclarationAnewWhileCopiesAreLeftBehind(t *testing.T) {
	for name, c := range map[string]struct {
		clusters []federation.ClusterName
		want     map[federation.ClusterName]status.State
	}{
		"elsewhere":         {[]federation.ClusterName{"a"}, ok("a")},
		"in the same place": {[]federation.ClusterName{"a", "b"}, ok("a", "b")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				archive := &memory.Archive{}
				w := leaveBehind(t, archive)
				in := everywhere()
				in.Parent, in.Template, in.Placement.Want.Clusters = "second", colored("red"), c.clusters
				w.put(in)
				w.until(t, "second", func() bool { return w.last().Generation == 1 && w.states()["b"] != status.OK })
				w.back("b")
				w.untilStates(t, c.want)
				eventually(t, "nothing is kept", func() bool { return len(kept(t, archive)) == 0 })
				require.Equal(t, "red", w.color("a"))
				require.Equal(t, c.want["b"] == status.OK && len(c.clusters) == 2, w.color("b") == "red")
				require.NotEqual(t, "blue", w.color("b"))
			})
		})
	}
}

// TestADeletionWaits for ever where it is told to, and where nothing would be
// known of the copies after a restart.
func TestADeletionWaits(t *testing.T) {
	for name, change := range map[string]func(*propagation.Options){
		"when it is not to be let go of": letGoSoon(&memory.Archive{}, -1),
		"without an archive":             func(o *propagation.Options) { o.LetGoAfter = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := run(t, newHost(), &memory.Propagator{}, change)
				w.put(everywhere())
				w.untilStates(t, ok("a", "b", "c"))
				w.away("b")
				w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
				w.untilStates(t, map[federation.ClusterName]status.State{"b": status.WaitingForRemoval})
				other := everywhere()
				other.Key.Name, other.Parent = "other", "other"
				w.put(other) // the loops go round
				w.until(t, "other", func() bool { return w.intents[other.Key].Reported.Generation == 1 })
				require.Zero(t, w.counts().releases)
				w.back("b")
				w.until(t, "release", func() bool { return w.releases == 1 })
				require.Nil(t, w.memory.Get("b", web))
			})
		})
	}
}

// TestAMemberThatRefusesIsNotLetGoOf: it is there and answers, and somebody has
// to look at it.
func TestAMemberThatRefusesIsNotLetGoOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		archive := &memory.Archive{}
		var w world
		pretend := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if _, down := w.down.Load(c); down {
				return propagation.Problemf(status.DeletionFailed, propagation.RetryLater, "not allowed")
			}
			return nil
		}}
		w = run(t, newHost(), pretend, letGoSoon(archive, time.Millisecond))
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.down.Store(federation.ClusterName("b"), true)
		w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
		w.untilStates(t, map[federation.ClusterName]status.State{"b": status.DeletionFailed})
		require.Empty(t, kept(t, archive))
		w.down.Delete(federation.ClusterName("b"))
		w.until(t, "release", func() bool { return w.releases == 1 })
	})
}

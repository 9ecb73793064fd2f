// Package placementtest holds the contract of [placement.Placer] as a test
// suite, for everybody who writes one.
package placementtest

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
)

// Test checks that a placer keeps the contract of [placement.Placer]. A placer
// may choose fewer clusters than the placement asks for, so the suite does not
// say which ones are right, except that none may be out of bounds, or kept away by
// its taints.
func Test(t *testing.T, placer placement.Placer) {
	for name, req := range requests() {
		t.Run(name, func(t *testing.T) {
			before := asJSON(t, req)
			decision, err := placer.Place(t.Context(), req)
			require.NoError(t, err)
			require.Equal(t, before, asJSON(t, req), "a placer must not modify the request")
			Check(t, req, decision)
			sameAnswers(t, placer, req, decision)
			CheckChoice(t, placer, req, decision)
			lasts(t, placer, req, decision)
		})
	}
	for name, req := range wrongRequests() {
		t.Run(name, func(t *testing.T) {
			decision, err := placer.Place(t.Context(), req)
			require.Error(t, err, "a selector that does not parse, and a toleration that means nothing, are errors")
			require.Empty(t, decision.Selected, "a wrong request selects nothing")
		})
	}
}

// Check fails the test where the decision is not a proper answer to the request:
// whoever fuzzes a placer calls it on each answer.
func Check(t testing.TB, req placement.Request, d placement.Decision) {
	t.Helper()
	require.True(t, slices.IsSorted(d.Selected), "selected clusters are in name order: %v", d.Selected)
	require.Len(t, slices.Compact(slices.Clone(d.Selected)), len(d.Selected), "no cluster is selected twice: %v", d.Selected)
	for _, name := range d.Selected {
		cluster, member := req.Members.Get(name)
		require.True(t, member, "%q is selected and no member", name)
		require.False(t, keepsAway(req, cluster), "%q has a taint that keeps the object away", name)
		require.NotContains(t, d.Rejected, name, "selected and rejected")
		require.True(t, withinBounds(req.Bounds, name), "%q is out of bounds", name)
	}
	require.True(t, d.Next.IsZero() || d.Next.After(req.Now), "the next decision is after this one, or never: %s", d.Next)
	expected := expectedRejections(req, d)
	require.ElementsMatch(t, expected, slices.Collect(maps.Keys(d.Rejected)), "all that is not selected is rejected, and nothing else")
	for name, reason := range d.Rejected {
		_, member := req.Members.Get(name)
		require.Equal(t, !member, reason.Code == placement.UnknownCluster, "%q: UnknownCluster is for names that are no member, got %q", name, reason.Code)
		require.NotEmpty(t, reason.Code, "%q has no code", name)
		require.NotEmpty(t, reason.Message, "%q has no message", name)
	}
}

// CheckChoice fails the test where a placer that is a [placement.Chooser] chooses
// otherwise than the decision says, or explains too little.
func CheckChoice(t testing.TB, placer placement.Placer, req placement.Request, d placement.Decision) {
	t.Helper()
	chooser, chooses := placer.(placement.Chooser)
	if !chooses {
		return
	}
	choice, err := chooser.Choose(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, d.Selected, choice.Selected, "what is chosen is what is selected")
	require.Equal(t, d.Next, choice.Next, "it is chosen again when it is decided again")
	for name, reason := range choice.Rejected {
		require.Equal(t, d.Rejected[name], reason, "%q is rejected for the same reason", name)
	}
	for name, reason := range d.Rejected {
		if len(d.Selected) == 0 || reason.Code == placement.UnknownCluster {
			require.Contains(t, choice.Rejected, name, "where nothing is selected, everything is explained, and unknown names always are")
		}
	}
}

func expectedRejections(req placement.Request, d placement.Decision) []federation.ClusterName {
	var names []federation.ClusterName
	for _, name := range req.Members.Names() {
		if !slices.Contains(d.Selected, name) {
			names = append(names, name)
		}
	}
	for _, name := range req.Want.Clusters {
		if _, member := req.Members.Get(name); !member && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// withinBounds looks at bounds that are lists only: they need no reading.
func withinBounds(bounds []placement.Bound, name federation.ClusterName) bool {
	return !slices.ContainsFunc(bounds, func(b placement.Bound) bool {
		return b.Within == nil || (b.Within.Clusters != nil && !slices.Contains(b.Within.Clusters, name))
	})
}

// keepsAway says whether the taints of a cluster keep the object from it.
func keepsAway(req placement.Request, cluster federation.Cluster) bool {
	v := federation.Tolerate(cluster.Taints, req.Want.Tolerations)
	return v.Due(req.Now) || v.NoMore && !slices.Contains(req.Holding, cluster.Name)
}

// lasts checks that a decision stays the same until it is to be made again.
func lasts(t *testing.T, placer placement.Placer, req placement.Request, d placement.Decision) {
	t.Helper()
	if d.Next.IsZero() {
		req.Now = req.Now.AddDate(10, 0, 0)
	} else {
		req.Now = d.Next.Add(-1)
	}
	later, err := placer.Place(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, d.Selected, later.Selected, "until %s nothing changes by itself", d.Next)
	if !d.Next.IsZero() {
		req.Now = d.Next
		next, err := placer.Place(t.Context(), req)
		require.NoError(t, err)
		Check(t, req, next)
	}
}

// sameAnswers asks the same thing again, several times at once.
func sameAnswers(t *testing.T, placer placement.Placer, req placement.Request, want placement.Decision) {
	t.Helper()
	answers, errs := make([]placement.Decision, 8), make([]error, 8)
	var asked sync.WaitGroup
	for i := range answers {
		asked.Go(func() { answers[i], errs[i] = placer.Place(t.Context(), req) })
	}
	asked.Wait()
	for i := range answers {
		require.NoError(t, errs[i])
		require.Equal(t, want, answers[i], "the same request gets the same answer")
	}
}

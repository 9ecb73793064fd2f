// Package placementtest holds the contract of [placement.Placer] as a test
// suite, for everybody who writes one.
package placementtest

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
)

// Test checks that a placer keeps the contract of [placement.Placer]. A placer
// may choose fewer clusters than the placement asks for, so the suite does not
// say which ones are right, except that none may be out of bounds.
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
		})
	}
	for name, req := range wrongRequests() {
		t.Run(name, func(t *testing.T) {
			decision, err := placer.Place(t.Context(), req)
			require.Error(t, err, "a selector that does not parse is an error")
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
		_, member := req.Members.Get(name)
		require.True(t, member, "%q is selected and no member", name)
		require.NotContains(t, d.Rejected, name, "selected and rejected")
		require.True(t, withinBounds(req.Bounds, name), "%q is out of bounds", name)
	}
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

func requests() map[string]placement.Request {
	every := placement.Placement{Selector: &metav1.LabelSelector{}}
	eu := placement.Placement{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"region": "eu"}}}
	listed := placement.Placement{Clusters: []federation.ClusterName{"c", "a", "typo", "a"}}
	return map[string]placement.Request{
		"nothing asked for":            request(placement.Placement{}),
		"empty list":                   request(placement.Placement{Clusters: []federation.ClusterName{}, Selector: &metav1.LabelSelector{}}),
		"every cluster":                request(every),
		"by label":                     request(eu),
		"by name, unordered and wrong": request(listed),
		"bounded by a list":            request(every, placement.Bound{By: "test", Within: &listed}),
		"bounded by an empty list":     request(every, placement.Bound{By: "test", Within: &placement.Placement{Clusters: []federation.ClusterName{}}}),
		"bounded twice":                request(every, placement.Bound{By: "one", Within: &listed}, placement.Bound{By: "two", Within: &eu}),
		"bound missing":                request(listed, placement.Bound{By: "test"}),
		"no members":                   {Want: listed},
		"empty request":                {},
	}
}

func wrongRequests() map[string]placement.Request {
	wrong := placement.Placement{Selector: &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "region", Operator: "Near"}}}}
	every := placement.Placement{Selector: &metav1.LabelSelector{}}
	return map[string]placement.Request{
		"wrong selector":            request(wrong),
		"wrong selector in a bound": request(every, placement.Bound{By: "test", Within: &wrong}),
	}
}

func request(want placement.Placement, bounds ...placement.Bound) placement.Request {
	return placement.Request{
		Object: placement.Object{Kind: schema.GroupKind{Group: "apps", Kind: "Deployment"}, Namespace: "shop", Name: "web"},
		Want:   want,
		Bounds: bounds,
		Members: federation.NewClusterSet(
			federation.Cluster{Name: "a", Ready: true, Labels: labels.Set{"region": "eu"}},
			federation.Cluster{Name: "b", Ready: false, Labels: labels.Set{"region": "eu"}},
			federation.Cluster{Name: "c", Ready: true, Labels: labels.Set{"region": "us"}},
			federation.Cluster{Name: "d", Ready: true},
		),
	}
}

// asJSON is a picture of all that a placer could change.
func asJSON(t *testing.T, req placement.Request) string {
	t.Helper()
	picture, err := json.Marshal([]any{req.Object, req.Want, req.Bounds, slices.Collect(req.Members.All())})
	require.NoError(t, err)
	return string(picture)
}

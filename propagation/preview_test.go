package propagation_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

// previewed is an intent for all members, with a patch for berlin and one for madrid
// that cannot be made.
func previewed() propagation.PreviewRequest {
	return propagation.PreviewRequest{
		Intent: propagation.Intent{
			Key:       propagation.Key{Namespace: "shop", Name: "settings"},
			Template:  &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"language": "en"}}},
			Placement: placement.Request{Want: placement.Placement{Selector: &metav1.LabelSelector{}}},
			Overrides: []overrides.Rule{
				{Cluster: "berlin", Patches: []overrides.Patch{{Path: "/data/language", Value: "de"}}},
				{Cluster: "madrid", Patches: []overrides.Patch{{Op: "remove", Path: "/data/no/such"}}},
			},
		},
		Members: federation.NewClusterSet(federation.Cluster{Name: "berlin"}, federation.Cluster{Name: "boston"},
			federation.Cluster{Name: "madrid"}, federation.Cluster{Name: "rome", Leaving: federation.LeavingDelete}),
	}
}

func TestAPreviewHasEachCopyOrWhyThereIsNone(t *testing.T) {
	p, err := propagation.PreviewOf(t.Context(), previewed())
	require.NoError(t, err)
	require.Equal(t, []federation.ClusterName{"berlin", "boston", "madrid"}, p.Decision.Selected, "rome is leaving")
	require.Zero(t, p.Problem)
	require.Len(t, p.Copies, 2)
	for name, language := range map[federation.ClusterName]string{"berlin": "de", "boston": "en"} {
		copied := p.Copies[name]
		require.Equal(t, map[string]any{"language": language}, copied.Object["data"])
		require.Equal(t, "shop/settings", copied.GetNamespace()+"/"+copied.GetName())
		require.Equal(t, map[string]string{propagation.ManagedLabel: "true"}, copied.GetLabels())
	}
	require.Len(t, p.Failed, 1)
	require.ErrorContains(t, p.Failed["madrid"], "/data/no/such")
}

func TestAPreviewSaysWhyNothingIsSelected(t *testing.T) {
	r := previewed()
	r.Intent.Placement.Want.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "gold"}}
	p, err := propagation.PreviewOf(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, p.Copies)
	require.Equal(t, "NoClusterSelected", p.Problem.Reason)
	require.Equal(t, placement.SelectorMismatch, p.Decision.Rejected["berlin"].Code)
}

func TestAPreviewOfWhatCannotBeUnderstoodIsAnError(t *testing.T) {
	r := previewed()
	r.Intent.Invalid = errors.New("spec.placement: of another form")
	_, err := propagation.PreviewOf(t.Context(), r)
	require.ErrorIs(t, err, r.Intent.Invalid)
	r.Intent.Invalid, r.Intent.Template = nil, nil
	_, err = propagation.PreviewOf(t.Context(), r)
	require.EqualError(t, err, "the intent has no template")
	r.Intent.Deleting = true
	p, err := propagation.PreviewOf(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, p.Decision.Selected)
}

package preference_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling/preference"
)

// previewed divides nine replicas over three clusters, one of which has a minimum.
func previewed() preference.PreviewRequest {
	kind := federatedkind.Kind{Target: federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped}}
	p := &v1alpha1.ReplicaSchedulingPreference{}
	p.Namespace, p.Name, p.Generation = "shop", "web", 3
	p.Spec = v1alpha1.ReplicaSchedulingPreferenceSpec{
		TargetKind: "FederatedDeployment", TotalReplicas: 9, Planner: v1alpha1.PlannerFair,
		Clusters: map[string]v1alpha1.ClusterPreferences{"berlin": {MinReplicas: 5, Weight: 1}, "*": {Weight: 1}},
	}
	ready := func(name federation.ClusterName) federation.Cluster {
		return federation.Cluster{Name: name, Ready: true}
	}
	return preference.PreviewRequest{
		Preference: p, Config: kind.TypeConfig("kube-federation-system"), Now: time.Now(),
		Members: federation.NewClusterSet(ready("berlin"), ready("boston"), ready("madrid")),
		Object: &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "types.kubefed.io/v1beta1", "kind": "FederatedDeployment",
			"metadata": map[string]any{"namespace": "shop", "name": "web"},
			"spec": map[string]any{
				"template":  map[string]any{},
				"placement": map[string]any{"clusterSelector": map[string]any{}},
				"overrides": []any{map[string]any{"clusterName": "madrid", "clusterOverrides": []any{map[string]any{"path": "/spec/paused", "value": true}}}},
			},
		}},
	}
}

func TestAPreviewHasTheNumbersAndTheObjectThatSaysThem(t *testing.T) {
	r := previewed()
	before := r.Object.DeepCopy()
	p, err := preference.PreviewOf(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, before, r.Object, "nothing of the request is changed")
	numbers := map[string]int64{}
	for _, c := range p.Status.Clusters {
		numbers[c.Name] = c.Replicas
		require.NotEmpty(t, c.Message, c.Name)
	}
	require.Equal(t, map[string]int64{"berlin": 5, "boston": 2, "madrid": 2}, numbers)
	spec, err := federatedkind.SpecOf(p.Object)
	require.NoError(t, err)
	require.Equal(t, []federatedkind.ClusterReference{{Name: "berlin"}, {Name: "boston"}, {Name: "madrid"}}, spec.Placement.Clusters)
	require.Equal(t, &metav1.LabelSelector{}, spec.Placement.ClusterSelector, "what others wrote stays")
	require.Equal(t, []federatedkind.ClusterOverride{{Path: "/spec/paused", Value: true}, {Path: "/spec/replicas", Value: int64(2)}}, spec.Overrides[0].ClusterOverrides)
	require.Equal(t, federatedkind.TaintsTolerated, p.Object.GetAnnotations()[federatedkind.TaintsAnnotation])
}

func TestAPreviewOfWhatDividesNothingSaysWhy(t *testing.T) {
	r := previewed()
	r.Members = federation.NewClusterSet()
	_, err := preference.PreviewOf(t.Context(), r)
	require.ErrorContains(t, err, "no cluster has joined the federation")
	r = previewed()
	r.Preference.Spec.IntersectWithClusterSelector = true
	r.Namespace = &unstructured.Unstructured{Object: map[string]any{"kind": "FederatedNamespace", "metadata": map[string]any{"namespace": "shop", "name": "shop"}}}
	_, err = preference.PreviewOf(t.Context(), r)
	require.ErrorContains(t, err, "FederatedNamespace shop has no spec.placement.clusterSelector")
}

package main

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// Replicas are divided as a preference says, by a controller that is no
// administrator, and what was told is taken back if that is asked for.
func TestReplicasAreDividedByPreference(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "deployments.apps"))
	for _, server := range servers.Shared(t, "member1", "member2", "member3") {
		w.join(server)
	}
	p := w.start("")
	p.isReady("leader")
	w.declareDeployment("web", "settings")
	w.prefer("sample/preference/kubefed.yaml")
	w.hasReplicas("web", 4, 2, 3)
	w.prefer("sample/preference/fair.yaml")
	preferences := w.client.Resource(v1alpha1.ReplicaSchedulingPreferences()).Namespace(w.namespace)
	require.Eventually(t, func() bool {
		object, err := preferences.Get(t.Context(), "web", metav1.GetOptions{})
		require.NoError(t, err)
		seen, _, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
		return seen == object.GetGeneration() && len(object.GetFinalizers()) == 1
	}, soon, tick)
	require.NoError(t, preferences.Delete(t.Context(), "web", metav1.DeleteOptions{}))
	w.hasReplicas("web", 1, 1, 1) // as its template has it
	require.Equal(t, 0, p.terminate())
}

// prefer applies the preference in a file, in the namespace.
func (w *world) prefer(file string) {
	w.t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(w.t, err)
	object := &unstructured.Unstructured{}
	require.NoError(w.t, yaml.UnmarshalStrict(content, &object.Object))
	object.SetNamespace(w.namespace)
	body, err := object.MarshalJSON()
	require.NoError(w.t, err)
	_, err = w.client.Resource(v1alpha1.ReplicaSchedulingPreferences()).Namespace(w.namespace).Patch(context.Background(), "web",
		types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: "test", FieldValidation: metav1.FieldValidationStrict})
	require.NoError(w.t, err)
}

// hasReplicas waits until the members' copies of a Deployment ask for so many.
func (w *world) hasReplicas(name string, want ...int32) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for i, member := range w.members {
			got, err := member.AppsV1().Deployments(w.namespace).Get(context.Background(), name, metav1.GetOptions{})
			if err != nil || *got.Spec.Replicas != want[i] {
				return false
			}
		}
		return true
	}, soon, tick, "%v replicas", want)
}

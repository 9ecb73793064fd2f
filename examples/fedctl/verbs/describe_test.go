package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

func TestADescriptionTellsAll(t *testing.T) {
	w := deploy(t)
	preference := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "scheduling.kubefed.io/v1alpha1", "kind": "ReplicaSchedulingPreference", "metadata": map[string]any{"name": "web"},
		"spec": map[string]any{"targetKind": "FederatedDeployment", "totalReplicas": int64(6)},
	}}
	_, err := w.objects(w.host.Config(), v1alpha1.ReplicaSchedulingPreferences()).Create(t.Context(), preference, metav1.CreateOptions{})
	require.NoError(t, err)
	own := []string{"describe", "deployment/web", "-n", w.namespace, "--member-access=kubeconfig"}
	w.until(func(r result) bool {
		return strings.Contains(r.out, "6 placed") && strings.Count(r.out, "0/3") == 2 && strings.Contains(r.out, "2 Progressing")
	}, own...)
	for i, at := range []string{"01", "02", "03"} {
		w.note(w.clusters[i%2].Config(), w.get(w.clusters[i%2].Config(), "deployments", "web"),
			map[string]any{"lastTimestamp": "2026-01-01T10:00:" + at + "Z", "type": "Normal", "reason": "At" + at})
	}
	r := w.ok(append(own, "--events=2")...)
	for _, holds := range []string{
		"Name:         web\nNamespace:    " + w.namespace + "\nKind:         FederatedDeployment (types.kubefed.io/v1beta1)\n",
		"Placement:    clusters: berlin, madrid\n", "Overrides:    berlin: replace /spec/replicas = 3\n",
		"\nConditions:\n  CONDITION ", "\n  Ready         False ", "\nClusters:\n  CLUSTER   STATE ", "\n  madrid    OK      Progressing   0/3 ",
		"\nReplica plan (KubeFed, 6 in all, 6 placed, 0 ready):\n  CLUSTER   REPLICAS   GIVEN   READY ", "\n  berlin    3          3       0 ",
		"\nEvents (the last 2 of ",
	} {
		require.Contains(t, r.out, holds)
	}
	require.NotContains(t, w.ok(append(own, "--events=0")...).out, "Events")

	r = w.fedctl("describe", "deployment/web", "-n", w.namespace)
	require.Equal(t, 3, r.code)
	require.Contains(t, r.err, "warning: cluster berlin: events is forbidden: ")
	require.Contains(t, r.out, "madrid")
	require.Equal(t, result{code: 1, err: "error: --events -1: want 0 or more\n"}, w.fedctl("describe", "deployment/web", "--events=-1"))
}

func TestADescriptionOfWhatNobodyLookedAtSaysSo(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{"data": map[string]any{"a": "b"}}})
	golden(t, "describe-unseen", w.even(w.ok("describe", "cm/settings", "-n", w.namespace).out))
}

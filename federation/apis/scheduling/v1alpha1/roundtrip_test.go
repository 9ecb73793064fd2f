package v1alpha1_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// Manifests with every field that KubeFed had, and without those that it did not
// ask for.
var manifests = map[string]string{
	"all fields": `
apiVersion: scheduling.kubefed.io/v1alpha1
kind: ReplicaSchedulingPreference
metadata: {name: web, namespace: shop}
spec:
  targetKind: FederatedDeployment
  totalReplicas: 9
  rebalance: true
  intersectWithClusterSelector: true
  clusters:
    A: {minReplicas: 4, maxReplicas: 6, weight: 1}
    "*": {weight: 2}
`,
	"the least": `
apiVersion: scheduling.kubefed.io/v1alpha1
kind: ReplicaSchedulingPreference
metadata: {name: web, namespace: shop}
spec: {targetKind: FederatedReplicaSet, totalReplicas: 0}
`,
}

func TestPreferencesOfKubeFedRoundTrip(t *testing.T) {
	scheme := runtime.NewScheme()
	require.NoError(t, v1alpha1.AddToScheme(scheme))
	for name, manifest := range manifests {
		t.Run(name, func(t *testing.T) {
			object, err := scheme.New(v1alpha1.GroupVersion().WithKind("ReplicaSchedulingPreference"))
			require.NoError(t, err)
			require.NoError(t, yaml.UnmarshalStrict([]byte(manifest), object))
			written, err := json.Marshal(object.DeepCopyObject())
			require.NoError(t, err)
			want, err := yaml.YAMLToJSON([]byte(manifest))
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(written))
		})
	}
}

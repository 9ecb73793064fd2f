package v1beta1_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func TestPluralName(t *testing.T) {
	for kind, want := range map[string]string{
		"Deployment":       "deployments",
		"Ingress":          "ingresses",
		"Box":              "boxes",
		"Switch":           "switches",
		"Mesh":             "meshes",
		"Quartz":           "quartzes",
		"Torpedo":          "torpedoes",
		"NetworkPolicy":    "networkpolicies",
		"Gateway":          "gatewaies", // so does KubeFed
		"FederatedService": "federatedservices",
		"":                 "",
	} {
		require.Equal(t, want, corev1beta1.PluralName(kind), "of %q", kind)
	}
}

func TestTypeConfigWithDefaults(t *testing.T) {
	for name, c := range map[string]struct{ name, said, want string }{
		"all left out": {
			name: "networkpolicies.networking.k8s.io",
			said: `{federatedType: {group: types.kubefed.io, version: v1beta1, kind: FederatedNetworkPolicy}, statusType: {kind: S}}`,
			want: `{targetType: {group: networking.k8s.io, pluralName: networkpolicies},
				federatedType: {group: types.kubefed.io, version: v1beta1, kind: FederatedNetworkPolicy, pluralName: federatednetworkpolicies},
				statusType: {group: types.kubefed.io, version: v1beta1, kind: S, pluralName: ses},
				health: {collection: Enabled}}`,
		},
		"core group": {
			name: "configmaps",
			said: `{federatedType: {kind: FederatedConfigMap}}`,
			want: `{targetType: {pluralName: configmaps}, federatedType: {kind: FederatedConfigMap, pluralName: federatedconfigmaps}, health: {collection: Enabled}}`,
		},
		"all said": {
			name: "a.b",
			said: `{targetType: {group: c, pluralName: d}, federatedType: {pluralName: e}, health: {collection: Disabled}}`,
			want: `{targetType: {group: c, pluralName: d}, federatedType: {pluralName: e}, health: {collection: Disabled}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, typeConfig(t, c.name, c.want), typeConfig(t, c.name, c.said).WithDefaults())
		})
	}
}

// TestKindsWithoutAStatusAreNotJudged unless somebody says so.
func TestKindsWithoutAStatusAreNotJudged(t *testing.T) {
	for name, judged := range map[string]bool{
		"v1/ConfigMap": false, "v1/Secret": false, "v1/ServiceAccount": false, "v1/LimitRange": false, "v1/Namespace": true,
		"v1/Service": true, "v1/PersistentVolumeClaim": true, "v1/Pod": true,
		"apps/v1/Deployment": true, "apps/v1/StatefulSet": true, "apps/v1/DaemonSet": true, "apps/v1/ReplicaSet": true,
		"batch/v1/Job": true, "batch/v1/CronJob": true, "policy/v1/PodDisruptionBudget": true, "autoscaling/v2/HorizontalPodAutoscaler": true,
		"networking.k8s.io/v1/Ingress": true, "networking.k8s.io/v1/NetworkPolicy": false, "rbac.authorization.k8s.io/v1/ClusterRole": false,
		"storage.k8s.io/v1/StorageClass": false, "example.com/v1/Database": true, "example.com/v1/ConfigMap": true,
		"gateway.networking.k8s.io/v1/Gateway": true,
	} {
		at := strings.LastIndex(name, "/")
		version, err := schema.ParseGroupVersion(name[:at])
		require.NoError(t, err)
		config := &corev1beta1.FederatedTypeConfig{}
		config.Spec.TargetType = corev1beta1.APIResource{Group: version.Group, Version: version.Version, Kind: name[at+1:]}
		require.Equal(t, judged, config.WithDefaults().Spec.Health.Collection == corev1beta1.Enabled, name)
		config.Spec.Health.Collection = corev1beta1.Enabled
		require.Equal(t, corev1beta1.Enabled, config.WithDefaults().Spec.Health.Collection, name)
	}
}

func typeConfig(t *testing.T, name, spec string) *corev1beta1.FederatedTypeConfig {
	t.Helper()
	c := &corev1beta1.FederatedTypeConfig{ObjectMeta: metav1.ObjectMeta{Name: name}}
	require.NoError(t, yaml.UnmarshalStrict([]byte(spec), &c.Spec))
	return c
}

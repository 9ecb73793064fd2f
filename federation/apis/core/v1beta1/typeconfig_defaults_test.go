package v1beta1_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
				statusType: {group: types.kubefed.io, version: v1beta1, kind: S, pluralName: ses}}`,
		},
		"core group": {
			name: "configmaps",
			said: `{federatedType: {kind: FederatedConfigMap}}`,
			want: `{targetType: {pluralName: configmaps}, federatedType: {kind: FederatedConfigMap, pluralName: federatedconfigmaps}}`,
		},
		"all said": {
			name: "a.b",
			said: `{targetType: {group: c, pluralName: d}, federatedType: {pluralName: e}}`,
			want: `{targetType: {group: c, pluralName: d}, federatedType: {pluralName: e}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, typeConfig(t, c.name, c.want), typeConfig(t, c.name, c.said).WithDefaults())
		})
	}
}

func typeConfig(t *testing.T, name, spec string) *corev1beta1.FederatedTypeConfig {
	t.Helper()
	c := &corev1beta1.FederatedTypeConfig{ObjectMeta: metav1.ObjectMeta{Name: name}}
	require.NoError(t, yaml.UnmarshalStrict([]byte(spec), &c.Spec))
	return c
}

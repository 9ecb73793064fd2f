package support

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	require.NoError(t, yaml.Unmarshal([]byte(text), &o.Object))
	return o
}

func TestNothingThatIsSecretIsLeft(t *testing.T) {
	for name, c := range map[string]struct{ has, left string }{
		"a Secret": {
			`{kind: Secret, data: {token: c2VjcmV0}, stringData: {other: secret}, metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: secret}}}`,
			`{kind: Secret, data: {token: "(stripped, 6 bytes)"}, stringData: {other: "(stripped, 6 bytes)"}, metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: "(stripped)"}}}`,
		},
		"a password in a URL": {
			`{kind: KubeFedCluster, spec: {proxyURL: "http://me:secret@proxy:3128"}}`,
			`{kind: KubeFedCluster, spec: {proxyURL: "http://stripped@proxy:3128"}}`,
		},
		"a URL that is none": {`{kind: KubeFedCluster, spec: {proxyURL: "http://%zz"}}`, `{kind: KubeFedCluster, spec: {proxyURL: "(stripped)"}}`},
		"anything else":      {`{kind: ConfigMap, data: {a: b}}`, `{kind: ConfigMap, data: {a: b}}`},
	} {
		t.Run(name, func(t *testing.T) {
			o := object(t, c.has)
			strip(o)
			require.Equal(t, object(t, c.left).Object, o.Object)
		})
	}
}

func TestNothingThatIsSecretIsLeftOfWhatDeclaresIt(t *testing.T) {
	secrets := host.Type{FederatedTypeConfig: &corev1beta1.FederatedTypeConfig{}}
	secrets.Spec.TargetType.Kind = "Secret"
	o := object(t, `{kind: FederatedSecret, spec: {template: {data: {a: c2VjcmV0}}, placement: {clusters: []}, overrides: [
		{clusterName: eu, clusterOverrides: [{path: /data/a, value: c2VjcmV0}, {path: /data/b, op: remove}]}]}}`)
	stripFederated(o, secrets)
	require.Equal(t, object(t, `{kind: FederatedSecret, spec: {template: {data: {a: "(stripped, 6 bytes)"}}, placement: {clusters: []}, overrides: [
		{clusterName: eu, clusterOverrides: [{path: /data/a, value: (stripped)}, {path: /data/b, op: remove}]}]}}`).Object, o.Object)

	configs := host.Type{FederatedTypeConfig: &corev1beta1.FederatedTypeConfig{}}
	configs.Spec.TargetType.Kind = "ConfigMap"
	o = object(t, `{kind: FederatedConfigMap, spec: {template: {data: {a: b}}}}`)
	stripFederated(o, configs)
	require.Equal(t, object(t, `{kind: FederatedConfigMap, spec: {template: {data: {a: b}}}}`).Object, o.Object)
}

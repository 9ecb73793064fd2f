package checker_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/checker"
)

// stored is a federation of two members with these FederatedConfigMaps.
func stored(t *testing.T, texts ...string) checker.Federation {
	t.Helper()
	f := checker.Federation{
		Type:     federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped},
		Clusters: []federation.Cluster{{Name: "m1", Labels: map[string]string{"stage": "canary"}}, {Name: "m2"}},
	}
	for _, text := range texts {
		f.Objects = append(f.Objects, object(t, "apiVersion: types.kubefed.io/v1beta1\nkind: FederatedConfigMap\n"+text))
	}
	return f
}

func copyOf(data map[string]any) []unstructured.Unstructured {
	return []unstructured.Unstructured{{Object: map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "shop", "labels": map[string]any{"app": "web"}}, "data": data,
	}}}
}

func TestWant(t *testing.T) {
	const head = "metadata: {name: web, namespace: shop, generation: 2}\nspec:\n  template: {metadata: {labels: {app: web}}, data: {color: blue}}\n"
	blue, red := copyOf(map[string]any{"color": "blue"}), copyOf(map[string]any{"color": "red"})
	tests := map[string]struct {
		object   string
		want     map[federation.ClusterName][]unstructured.Unstructured
		findings []string
	}{
		"placed nowhere":  {object: head, want: map[federation.ClusterName][]unstructured.Unstructured{}, findings: []string{}},
		"placed by name":  {object: head + "  placement: {clusters: [{name: m2}, {name: gone}]}", want: map[federation.ClusterName][]unstructured.Unstructured{"m2": blue}, findings: []string{}},
		"placed by label": {object: head + "  placement: {clusterSelector: {matchLabels: {stage: canary}}}", want: map[federation.ClusterName][]unstructured.Unstructured{"m1": blue}, findings: []string{}},
		"tailored for one": {
			object: head + "  placement: {clusterSelector: {}}\n  overrides: [{clusterName: m2, clusterOverrides: [{path: /data/color, value: red}]}]",
			want:   map[federation.ClusterName][]unstructured.Unstructured{"m1": blue, "m2": red}, findings: []string{},
		},
		"tailored in a way that fails": {
			object:   head + "  placement: {clusterSelector: {}}\n  overrides: [{clusterName: m2, clusterOverrides: [{op: remove, path: /data/size}]}]",
			want:     map[federation.ClusterName][]unstructured.Unstructured{},
			findings: []string{"host: shop/web.spec is not as it should be"},
		},
		"being deleted": {
			object:   "metadata: {name: web, namespace: shop, deletionTimestamp: \"2026-01-01T00:00:00Z\"}",
			want:     map[federation.ClusterName][]unstructured.Unstructured{},
			findings: []string{"host: shop/web is being deleted still"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want, findings := stored(t, test.object).Want()
			require.Equal(t, test.want, want)
			for i := range findings {
				findings[i].Have = "" // the words are those of package overrides
			}
			require.Equal(t, test.findings, said(findings))
		})
	}
}

func TestTold(t *testing.T) {
	const head = "metadata: {name: web, namespace: shop, generation: 2}\nspec: {placement: {clusters: [{name: m1}]}}\n"
	tests := map[string]struct {
		object   string
		findings []string
	}{
		"the truth": {
			object:   head + "status: {observedGeneration: 2, conditions: [{type: Ready, status: \"True\"}], clusters: [{name: m1}]}",
			findings: []string{},
		},
		"nothing yet": {
			object: head,
			findings: []string{
				`host: shop/web.status.Ready does not tell the truth: want "True", have nothing`,
				`host: shop/web.status.clusters.m1 does not tell the truth: want "", have nothing`,
				`host: shop/web.status.observedGeneration does not tell the truth: want 2, have 0`,
			},
		},
		"of yesterday, and of another cluster": {
			object: head + "status: {observedGeneration: 1, conditions: [{type: Ready, status: \"True\"}], clusters: [{name: m1, status: UpdateTimedOut}, {name: m2}]}",
			findings: []string{
				`host: shop/web.status.clusters.m1 does not tell the truth: want "", have "UpdateTimedOut"`,
				`host: shop/web.status.clusters.m2 does not tell the truth: want nothing, have ""`,
				`host: shop/web.status.observedGeneration does not tell the truth: want 2, have 1`,
			},
		},
		"placed nowhere, and said to be well": {
			object:   "metadata: {name: web, namespace: shop, generation: 2}\nstatus: {observedGeneration: 2, conditions: [{type: Ready, status: \"True\"}]}",
			findings: []string{`host: shop/web.status.Ready does not tell the truth: want "False", have "True"`},
		},
		"of one that goes": {
			object:   "metadata: {name: web, namespace: shop, deletionTimestamp: \"2026-01-01T00:00:00Z\"}",
			findings: []string{`host: shop/web.status does not tell the truth`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.findings, said(stored(t, test.object).Told()))
		})
	}
}

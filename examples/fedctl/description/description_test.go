package description_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/description"
)

func read(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	body, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	object := &unstructured.Unstructured{}
	require.NoError(t, object.UnmarshalJSON(body))
	return object
}

func TestASpecIsToldInAFewLines(t *testing.T) {
	fields, err := description.Of(read(t, `
apiVersion: types.kubefed.io/v1beta1
kind: FederatedDeployment
metadata: {name: web, namespace: shop, generation: 3, labels: {b: "2", a: "1"}, finalizers: [x], deletionTimestamp: "2026-01-02T03:04:05Z"}
spec:
  placement:
    clusterSelector: {matchLabels: {region: eu}}
    tolerations: [{key: repair, operator: Exists, effect: NoSchedule}]
  overrides:
  - clusterName: berlin
    clusterOverrides: [{path: /spec/replicas, value: 5}, {op: remove, path: /spec/paused}]
  rollout: {maxConcurrent: 25%}
  retainReplicas: true
`))
	require.NoError(t, err)
	require.Equal(t, `Name:        web
Namespace:   shop
Kind:        FederatedDeployment (types.kubefed.io/v1beta1)
Generation:  3
Labels:      a=1
             b=2
Placement:   clusters with the labels: region=eu
             tolerates repair:NoSchedule
Overrides:   berlin: replace /spec/replicas = 5
             berlin: remove /spec/paused
Rollout:     {"maxConcurrent":"25%"}
Replicas:    retained: the clusters say how many there are
Deleted:     at 2026-01-02T03:04:05Z; waits for x
`, description.Text(fields))
}

func TestAPlacementSaysItsKind(t *testing.T) {
	for placement, want := range map[string]string{
		"{}":                                 "no cluster: spec.placement says none",
		"{clusters: []}":                     "clusters: none",
		"{clusters: [{name: a}, {name: b}]}": "clusters: a, b",
		"{clusterSelector: {}}":              "clusters with the labels: any",
	} {
		fields, err := description.Of(read(t, "{kind: FederatedConfigMap, apiVersion: v1, metadata: {name: a}, spec: {placement: "+placement+"}}"))
		require.NoError(t, err)
		require.Contains(t, fields, description.Field{Name: "Placement", Lines: []string{want}})
	}
	_, err := description.Of(read(t, "{kind: FederatedConfigMap, apiVersion: v1, metadata: {name: a}, spec: {placement: 3}}"))
	require.ErrorContains(t, err, `FederatedConfigMap "a": spec: `)
}

func TestASectionWithoutRowsSaysSo(t *testing.T) {
	table := &cli.Table{Columns: cli.Columns("A", "B")}
	text, err := description.Section("Events", table, "none")
	require.NoError(t, err)
	require.Equal(t, "Events: none\n", text)
	table.Rows = [][]string{{"1", ""}}
	text, err = description.Section("Events", table, "none")
	require.NoError(t, err)
	require.Equal(t, "Events:\n  A     B\n  1\n", text)
}

package federatedkind_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func object(t *testing.T, content string) *unstructured.Unstructured {
	t.Helper()
	return parse(t, `{"kind":"FederatedThing",`+content+`}`)
}

// parse reads a manifest as clients do: integers are int64.
func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	content, err := yaml.YAMLToJSONStrict([]byte(manifest))
	require.NoError(t, err)
	u := &unstructured.Unstructured{}
	require.NoError(t, utiljson.Unmarshal(content, &u.Object))
	return u
}

func TestSpecOf(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    federatedkind.Spec
	}{
		"no spec":   {content: `"status":{}`},
		"null spec": {content: `"spec":null`},
		"everything": {
			content: `"spec":{"retainReplicas":true,"template":{"spec":{"replicas":3}},
				"placement":{"clusters":[{"name":"c1"},{"name":"c2"}],"clusterSelector":{"matchLabels":{"a":"b"}}},
				"overrides":[{"clusterName":"c1","clusterOverrides":[{"op":"add","path":"/spec/replicas","value":5},{"op":"remove","path":"/x"}]}]}`,
			want: federatedkind.Spec{
				RetainReplicas: true,
				Template:       map[string]any{"spec": map[string]any{"replicas": int64(3)}},
				Placement: federatedkind.Placement{
					Clusters:        []federatedkind.ClusterReference{{Name: "c1"}, {Name: "c2"}},
					ClusterSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}},
				},
				Overrides: []federatedkind.Override{{ClusterName: "c1", ClusterOverrides: []federatedkind.ClusterOverride{
					{Op: "add", Path: "/spec/replicas", Value: int64(5)}, {Op: "remove", Path: "/x"},
				}}},
			},
		},
		"values of every kind": {
			content: `"spec":{"overrides":[{"clusterOverrides":[{"path":"/a","value":0},{"path":"/b","value":false},{"path":"/c","value":""},{"path":"/d","value":null},{"path":"/e","value":{"f":[1.5]}}]}]}`,
			want: federatedkind.Spec{Overrides: []federatedkind.Override{{ClusterOverrides: []federatedkind.ClusterOverride{
				{Path: "/a", Value: int64(0)}, {Path: "/b", Value: false}, {Path: "/c", Value: ""}, {Path: "/d"},
				{Path: "/e", Value: map[string]any{"f": []any{1.5}}},
			}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := federatedkind.SpecOf(object(t, c.content))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestPlacementTellsEmptyFromAbsent(t *testing.T) {
	for name, c := range map[string]struct {
		placement string
		want      federatedkind.Placement
		written   string // when it differs
	}{
		"absent":         {placement: `{}`, want: federatedkind.Placement{}},
		"null":           {placement: `{"clusters":null,"clusterSelector":null}`, want: federatedkind.Placement{}, written: `{}`},
		"empty list":     {placement: `{"clusters":[]}`, want: federatedkind.Placement{Clusters: []federatedkind.ClusterReference{}}},
		"empty selector": {placement: `{"clusterSelector":{}}`, want: federatedkind.Placement{ClusterSelector: &metav1.LabelSelector{}}},
	} {
		t.Run(name, func(t *testing.T) {
			spec, err := federatedkind.SpecOf(object(t, `"spec":{"placement":`+c.placement+`}`))
			require.NoError(t, err)
			require.Equal(t, c.want, spec.Placement)

			var decoded federatedkind.Placement
			require.NoError(t, json.Unmarshal([]byte(c.placement), &decoded))
			require.Equal(t, c.want, decoded)

			want := c.placement
			if c.written != "" {
				want = c.written
			}
			encoded, err := json.Marshal(decoded)
			require.NoError(t, err)
			require.JSONEq(t, want, string(encoded))
			converted, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&decoded)
			require.NoError(t, err)
			encoded, err = json.Marshal(converted)
			require.NoError(t, err)
			require.JSONEq(t, want, string(encoded))
		})
	}
}

func TestStatusOf(t *testing.T) {
	const content = `{"observedGeneration":7,
		"conditions":[{"type":"Propagation","status":"False","reason":"CheckClusters","message":"m","observedGeneration":7,
			"lastUpdateTime":"2026-01-02T03:04:05Z","lastTransitionTime":"2026-01-02T03:04:05Z"},{"type":"Ready","status":"True"}],
		"clusters":[{"name":"c1"},{"name":"c2","status":"CreationFailed","message":"m","health":"Degraded","healthMessage":"h",
			"observedGeneration":4,"counts":{"readyReplicas":3},"remoteStatus":{"readyReplicas":3}}],
		"totals":{"readyReplicas":3},"worst":{"cluster":"c2","health":"Degraded","message":"h"}}`
	at := metav1.NewTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Local())
	want := federatedkind.Status{
		ObservedGeneration: 7,
		Conditions: []federatedkind.Condition{
			{Type: "Propagation", Status: "False", ObservedGeneration: 7, Reason: "CheckClusters", Message: "m", LastUpdateTime: at, LastTransitionTime: at},
			{Type: "Ready", Status: "True"},
		},
		Clusters: []federatedkind.ClusterStatus{
			{Name: "c1"},
			{Name: "c2", Status: "CreationFailed", Message: "m", Health: "Degraded", HealthMessage: "h", ObservedGeneration: 4,
				Counts: map[string]int64{"readyReplicas": 3}, RemoteStatus: map[string]any{"readyReplicas": int64(3)}},
		},
		Totals: map[string]int64{"readyReplicas": 3},
		Worst:  &federatedkind.WorstCluster{Cluster: "c2", Health: "Degraded", Message: "h"},
	}
	got, err := federatedkind.StatusOf(object(t, `"status":`+content))
	require.NoError(t, err)
	require.Equal(t, want, got)

	written, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, content, string(written))
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"a spec that is a list":  {content: `"spec":[]`, want: "spec: got a []interface {}, want an object"},
		"clusters that are text": {content: `"spec":{"placement":{"clusters":"all"}}`, want: "spec: cannot restore slice from string"},
		"a name that is a number": {content: `"spec":{"placement":{"clusters":[{"name":1}]}}`,
			want: "spec: cannot convert int64 to string"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := federatedkind.SpecOf(object(t, c.content))
			require.EqualError(t, err, c.want)
		})
	}
}

package plans_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/plans"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// planned is an object that was recorded to be in berlin, madrid and rome, and a change
// of its spec.
func planned(t *testing.T, change func(spec map[string]any)) plans.Object {
	t.Helper()
	kind := federatedkind.Kind{Target: federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}}
	before := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "types.kubefed.io/v1beta1", "kind": "FederatedConfigMap",
		"metadata": map[string]any{"namespace": "shop", "name": "web", "uid": "its UID", "generation": int64(1)},
		"spec": map[string]any{
			"template":  map[string]any{"data": map[string]any{"color": "red"}},
			"placement": map[string]any{"clusterSelector": map[string]any{"matchLabels": map[string]any{"region": "eu"}}},
		},
		"status": map[string]any{"observedGeneration": int64(1), "clusters": []any{
			map[string]any{"name": "berlin"}, map[string]any{"name": "madrid"}, map[string]any{"name": "rome"}, map[string]any{"name": "oslo", "status": "WaitingForRemoval"},
		}},
	}}
	after := before.DeepCopy()
	change(after.Object["spec"].(map[string]any))
	after.SetGeneration(2)
	eu := func(name federation.ClusterName) federation.Cluster {
		return federation.Cluster{Name: name, Ready: true, Labels: map[string]string{"region": "eu"}}
	}
	o, err := plans.Foresee(t.Context(), subject.Subject{
		Object: after, Before: before, Config: kind.TypeConfig("").WithDefaults(),
		Members: federation.NewClusterSet(eu("berlin"), eu("madrid"), eu("rome"), eu("vienna"), federation.Cluster{Name: "boston", Ready: true}),
	}, time.Now())
	require.NoError(t, err)
	return o
}

func rows(o plans.Object) [][]string {
	var rows [][]string
	for _, row := range plans.Of([]plans.Object{o}).Table().Rows {
		rows = append(rows, row[1:])
	}
	return rows
}

func TestWhatIsCreatedChangedAndRemoved(t *testing.T) {
	o := planned(t, func(spec map[string]any) {
		spec["placement"] = map[string]any{"clusters": []any{map[string]any{"name": "berlin"}, map[string]any{"name": "madrid"}, map[string]any{"name": "boston"}}}
		spec["overrides"] = []any{map[string]any{"clusterName": "madrid", "clusterOverrides": []any{map[string]any{"path": "/data/size", "value": "9"}}}}
	})
	require.Equal(t, [][]string{
		{"berlin", "unchanged", "-"},
		{"boston", "create", "placement.clusters lists it"},
		{"madrid", "change", ".data.size"},
		{"rome", "remove", "placement.clusters does not list the cluster: add it there"},
	}, rows(o))
	require.Equal(t, "create 1, change 1, remove 1, unchanged 1", plans.Of([]plans.Object{o}).Summary)
	require.Empty(t, o.Guard, "its own placement changed")
}

func TestARolloutHasRounds(t *testing.T) {
	rollout := map[string]any{"maxConcurrent": int64(2), "order": []any{map[string]any{"clusters": []any{map[string]any{"name": "rome"}}}}}
	change := func(spec map[string]any) {
		spec["template"] = map[string]any{"data": map[string]any{"color": "blue"}}
		spec["rollout"] = rollout
	}
	require.Equal(t, [][]string{
		{"berlin", "change", ".data.color; round 2 of the rollout"},
		{"madrid", "change", ".data.color; round 2 of the rollout"},
		{"rome", "change", ".data.color; round 1 of the rollout"},
		{"vienna", "create", "placement.clusterSelector matches its labels"},
	}, rows(planned(t, change)))
	rollout["paused"] = true
	require.Equal(t, []string{"rome", "change", ".data.color; waits: the rollout is paused"}, rows(planned(t, change))[2])
}

func TestACopyThatCannotBeMadeStays(t *testing.T) {
	o := planned(t, func(spec map[string]any) {
		spec["overrides"] = []any{map[string]any{"clusterName": "rome", "clusterOverrides": []any{map[string]any{"op": "remove", "path": "/data/no/such"}}}}
	})
	require.Equal(t, plans.Fail, o.Steps[2].Action)
	require.Contains(t, o.Steps[2].Why, "/data/no/such")
	require.Equal(t, "create 1, change 0, remove 0, unchanged 2, fail 1", plans.Of([]plans.Object{o}).Summary)
}

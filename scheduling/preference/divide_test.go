package preference

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

func TestFurtherFieldsAreDividedAsTheFirst(t *testing.T) {
	for name, c := range map[string]struct {
		field       field
		first, told shares
		want        shares
	}{
		"in proportion":                        {field: field{total: 12}, first: shares{"a": 3, "b": 1}, want: shares{"a": 9, "b": 3}},
		"nothing of the first, nothing":        {field: field{total: 12}, first: shares{"a": 3, "b": 0}, want: shares{"a": 12, "b": 0}},
		"one at the least":                     {field: field{total: 4, least: 1}, first: shares{"a": 28, "b": 2, "c": 0}, want: shares{"a": 3, "b": 1, "c": 0}},
		"also when that is too many":           {field: field{total: 1, least: 1}, first: shares{"a": 2, "b": 2, "c": 2}, want: shares{"a": 1, "b": 1, "c": 1}},
		"no more than the first":               {field: field{total: 9, least: 1}, first: shares{"a": 7, "b": 1, "c": 1}, want: shares{"a": 7, "b": 1, "c": 1}},
		"what was told once stays":             {field: field{total: 12, once: true}, first: shares{"a": 1, "b": 1}, told: shares{"a": 9}, want: shares{"a": 9, "b": 3}},
		"even where nothing is left":           {field: field{total: 12, once: true}, first: shares{"a": 1, "b": 1}, told: shares{"a": 12}, want: shares{"a": 12, "b": 0}},
		"and not what was told of other kinds": {field: field{total: 12}, first: shares{"a": 1, "b": 1}, told: shares{"a": 9}, want: shares{"a": 6, "b": 6}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.field.divide(t.Context(), "shop/web", c.first, c.told)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhatIsDividedOfAKind(t *testing.T) {
	type spec = v1alpha1.ReplicaSchedulingPreferenceSpec
	job := federation.Type{Group: "batch", Kind: "Job"}
	template := map[string]any{"spec": map[string]any{"completions": int64(8), "minReplicas": int64(2), "list": []any{map[string]any{"a/b": int64(1)}}}}
	for name, c := range map[string]struct {
		of    federation.Type
		scale string
		spec  spec
		want  []field
		idle  v1alpha1.IdlePolicy
	}{
		"Deployment":             {of: federation.Type{Group: "apps", Kind: "Deployment"}, want: []field{{path: replicas, total: 5}}, idle: v1alpha1.IdleKeep},
		"ReplicaSet":             {of: federation.Type{Group: "apps", Kind: "ReplicaSet"}, want: []field{{path: replicas, total: 5}}, idle: v1alpha1.IdleKeep},
		"StatefulSet":            {of: federation.Type{Group: "apps", Kind: "StatefulSet"}, want: []field{{path: replicas, total: 5}}, idle: v1alpha1.IdleKeep},
		"ReplicationController":  {of: federation.Type{Kind: "ReplicationController"}, want: []field{{path: replicas, total: 5}}, idle: v1alpha1.IdleKeep},
		"Job":                    {of: job, want: []field{{path: "/spec/parallelism", total: 5}, {path: "/spec/completions", total: 8, once: true}}, idle: v1alpha1.IdleRemove},
		"autoscaler":             {of: federation.Type{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"}, want: []field{{path: "/spec/maxReplicas", total: 5}, {path: "/spec/minReplicas", total: 2, least: 1}}, idle: v1alpha1.IdleRemove},
		"a custom resource":      {of: federation.Type{Group: "example.test", Kind: "Crew"}, scale: "/spec/workers", want: []field{{path: "/spec/workers", total: 5}}, idle: v1alpha1.IdleKeep},
		"one that is not scaled": {of: federation.Type{Group: "example.test", Kind: "Crew"}, want: []field{{path: replicas, total: 5}}, idle: v1alpha1.IdleKeep},
		"fields of one's own": {of: job, spec: spec{Fields: []v1alpha1.DividedField{{Path: "/spec/completions", Total: new(int32)}, {Path: "/spec/x", AtLeast: 2}}},
			want: []field{{path: "/spec/completions", once: true}, {path: "/spec/x", total: 5, least: 2}}, idle: v1alpha1.IdleRemove},
	} {
		t.Run(name, func(t *testing.T) {
			r, divisible := ruleOf(c.of, c.scale)
			require.True(t, divisible)
			c.spec.TotalReplicas = 5
			require.Equal(t, c.want, fieldsOf(c.spec, r, template))
			require.Equal(t, c.idle, r.idle)
		})
	}
	for _, of := range []federation.Type{{Kind: "ConfigMap"}, {Group: "apps", Kind: "DaemonSet"}, {Group: "networking.k8s.io", Kind: "Ingress"}, {Group: "batch", Kind: "CronJob"}} {
		_, divisible := ruleOf(of, "")
		require.False(t, divisible, "%v", of)
	}
	n, found := numberAt(template, "/spec/list/0/a~1b")
	require.True(t, found)
	require.EqualValues(t, 1, n)
}

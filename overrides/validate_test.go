package overrides_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

func rule(cluster federation.ClusterName, paths ...string) overrides.Rule {
	r := overrides.Rule{Cluster: cluster}
	for _, path := range paths {
		r.Patches = append(r.Patches, overrides.Patch{Op: "add", Path: path, Value: "x"})
	}
	return r
}

const (
	twiceCluster = "the cluster is listed twice: merge the two into one"
	twicePath    = "the path is there twice for this cluster: keep one; to add several elements to a list, replace the list"
	identity     = "this field identifies the object and is the same in every cluster: leave the operation out"
)

func TestRulesThatContradictThemselvesAreRefusedForEveryCluster(t *testing.T) {
	for name, c := range map[string]struct {
		rules []overrides.Rule
		want  string
	}{
		"cluster listed twice": {
			[]overrides.Rule{rule("a", "/spec/x"), rule("b"), rule("a", "/spec/y")},
			`overrides for cluster "a": ` + twiceCluster,
		},
		"path listed twice": {
			[]overrides.Rule{rule("b"), rule("a", "/spec/args/-", "/spec/x", "/spec/args/-")},
			`overrides for cluster "a": clusterOverrides[2], path "/spec/args/-": ` + twicePath,
		},
		"kind":         {[]overrides.Rule{rule("a", "/kind")}, `overrides for cluster "a": clusterOverrides[0], path "/kind": ` + identity},
		"name":         {[]overrides.Rule{rule("a", "/metadata/name")}, `overrides for cluster "a": clusterOverrides[0], path "/metadata/name": ` + identity},
		"namespace":    {[]overrides.Rule{rule("a", "/metadata/namespace")}, `overrides for cluster "a": clusterOverrides[0], path "/metadata/namespace": ` + identity},
		"generateName": {[]overrides.Rule{rule("a", "/metadata/generateName")}, `overrides for cluster "a": clusterOverrides[0], path "/metadata/generateName": ` + identity},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, overrides.Validate(c.rules), c.want)
			for _, cluster := range []federation.ClusterName{"a", "b", "unheard of"} {
				_, err := override(t, object(t, web), cluster, c.rules)
				require.EqualError(t, err, c.want)
			}
		})
	}
}

func TestPathsAreComparedAsTheyAreWritten(t *testing.T) {
	require.NoError(t, overrides.Validate([]overrides.Rule{
		rule("a", "/metadata", "/metadata/name/", "x/metadata/name", "/apiVersion", "/spec/x", "x/spec/x", "/spec/x/"),
		rule("b", "/spec/x"),
		{Cluster: "c", Patches: []overrides.Patch{{Value: map[string]any{}}}},
	}))
}

func TestValidateReturnsEveryProblem(t *testing.T) {
	err := overrides.Validate([]overrides.Rule{
		rule("a", "/kind", "/spec/x", "/spec/x"),
		rule("a"),
		{Cluster: "b", Patches: []overrides.Patch{{Op: "move", Path: "/spec/x"}, {Path: "/fine"}, {Path: "spec"}, {Path: ""}, {Path: "/f", Value: func() {}}}},
	})
	require.EqualError(t, err, `overrides for cluster "a": clusterOverrides[0], path "/kind": `+identity+`
overrides for cluster "a": clusterOverrides[2], path "/spec/x": `+twicePath+`
overrides for cluster "a": `+twiceCluster+`
overrides for cluster "b": clusterOverrides[0], path "/spec/x": unknown op "move": use add, remove or replace
overrides for cluster "b": clusterOverrides[2], path "spec": a path starts with a slash: write "/spec"
overrides for cluster "b": clusterOverrides[3], path "": the path "" is the whole object, which can only be replaced by another: use replace with an object as value
overrides for cluster "b": clusterOverrides[4], path "/f": write the value as JSON: json: unsupported type: func()`)
	var problem *overrides.RuleError
	require.ErrorAs(t, err, &problem)
	require.Equal(t, overrides.RuleError{Cluster: "a", Index: 0, Path: "/kind", Err: problem.Err}, *problem)
}

func TestNoRulesAreValid(t *testing.T) {
	require.NoError(t, overrides.Validate(nil))
}

package overrides_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 3, paused: true, args: [a, b, c], ratio: 0.5}
`

// object reads YAML as an API server's answer is read.
func object(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	obj := &unstructured.Unstructured{Object: map[string]any{}}
	require.NoError(t, obj.UnmarshalJSON(data))
	return obj
}

// rules reads clusterOverrides as people write them, for the cluster "c".
func rules(t testing.TB, patches string) []overrides.Rule {
	t.Helper()
	var list []overrides.Patch
	require.NoError(t, yaml.Unmarshal([]byte(patches), &list))
	return []overrides.Rule{{Cluster: "c", Patches: list}}
}

// override checks beside the result that the object was not changed.
func override(t testing.TB, obj *unstructured.Unstructured, cluster federation.ClusterName, rules []overrides.Rule) (*unstructured.Unstructured, error) {
	t.Helper()
	before := obj.DeepCopy()
	got, err := overrides.JSONPatch{}.Override(t.Context(), obj, federation.Cluster{Name: cluster}, rules)
	require.Equal(t, before, obj, "the object must not be changed")
	if err != nil {
		var problem *overrides.RuleError
		require.ErrorAs(t, err, &problem)
		require.Nil(t, got)
	}
	return got, err
}

func TestPatchesAreReadAsKubeFedDoes(t *testing.T) {
	for name, c := range map[string]struct{ patches, metadata, spec string }{
		"op is empty: replace": {
			patches: `[{path: /spec/replicas, value: 5}]`,
			spec:    `{replicas: 5, paused: true, args: [a, b, c], ratio: 0.5}`,
		},
		"op is empty: replace, in a list": {
			patches: `[{path: /spec/args/0, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [x, b, c], ratio: 0.5}`,
		},
		"replace of a missing field adds it": {
			patches: `[{op: replace, path: /metadata/labels, value: {a: b}}]`, metadata: `{name: web, namespace: shop, labels: {a: b}}`,
		},
		"replace of a missing field called like an index adds it": {
			patches: `[{op: replace, path: /spec/0, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b, c], ratio: 0.5, "0": x}`,
		},
		"later patches see what earlier ones did": {
			patches: `[{path: /metadata/labels, value: {}}, {path: /metadata/labels/a, value: b}]`, metadata: `{name: web, namespace: shop, labels: {a: b}}`,
		},
		"add": {
			patches: `[{op: add, path: /spec/new, value: {x: [1]}}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b, c], ratio: 0.5, new: {x: [1]}}`,
		},
		"add of a field that is there replaces it": {
			patches: `[{op: add, path: /spec/replicas, value: 5}]`,
			spec:    `{replicas: 5, paused: true, args: [a, b, c], ratio: 0.5}`,
		},
		"remove": {
			patches: `[{op: remove, path: /spec/args}, {op: remove, path: /spec/ratio}, {op: remove, path: /spec/paused}]`,
			spec:    `{replicas: 3}`,
		},
		"remove from a list": {
			patches: `[{op: remove, path: /spec/args/1}]`,
			spec:    `{replicas: 3, paused: true, args: [a, c], ratio: 0.5}`,
		},
		"add at - appends": {
			patches: `[{op: add, path: /spec/args/-, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b, c, x], ratio: 0.5}`,
		},
		"add at the length appends": {
			patches: `[{op: add, path: /spec/args/3, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b, c, x], ratio: 0.5}`,
		},
		"add at an index inserts": {
			patches: `[{op: add, path: /spec/args/1, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [a, x, b, c], ratio: 0.5}`,
		},
		"add at -1 appends": {
			patches: `[{op: add, path: /spec/args/-1, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b, c, x], ratio: 0.5}`,
		},
		"replace at -1 is the last element": {
			patches: `[{op: replace, path: /spec/args/-1, value: x}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b, x], ratio: 0.5}`,
		},
		"remove at -1 is the last element": {
			patches: `[{op: remove, path: /spec/args/-1}]`,
			spec:    `{replicas: 3, paused: true, args: [a, b], ratio: 0.5}`,
		},
		"value null": {
			patches: `[{op: add, path: /spec/new, value: null}, {op: replace, path: /spec/replicas, value: null}]`,
			spec:    `{replicas: null, paused: true, args: [a, b, c], ratio: 0.5, new: null}`,
		},
		"no value is null": {
			patches: `[{op: add, path: /spec/new}, {path: /spec/replicas}]`,
			spec:    `{replicas: null, paused: true, args: [a, b, c], ratio: 0.5, new: null}`,
		},
		"zero values are values": {
			patches: `[{path: /spec/replicas, value: 0}, {path: /spec/paused, value: false}, {path: /spec/args, value: ""}]`,
			spec:    `{replicas: 0, paused: false, args: "", ratio: 0.5}`,
		},
		"~1 is a slash and ~0 a tilde": {
			patches:  `[{op: add, path: /metadata/annotations, value: {}}, {op: add, path: /metadata/annotations/a.io~1b~0c~01, value: x}]`,
			metadata: `{name: web, namespace: shop, annotations: {"a.io/b~c~1": x}}`,
		},
		"no patches": {patches: `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			want := object(t, web)
			if c.spec != "" {
				want.Object["spec"] = field(t, c.spec)
			}
			if c.metadata != "" {
				want.Object["metadata"] = field(t, c.metadata)
			}
			got, err := override(t, object(t, web), "c", rules(t, c.patches))
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func field(t testing.TB, text string) any {
	return object(t, fmt.Sprintf("{kind: x, field: %s}", text)).Object["field"]
}

func TestPathWithoutSlashLosesItsFirstSegment(t *testing.T) {
	want := object(t, web)
	want.Object["replicas"] = int64(5)
	got, err := override(t, object(t, web), "c", rules(t, `[{path: spec/replicas, value: 5}]`))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestEmptyPathIsTheWholeObject(t *testing.T) {
	got, err := override(t, object(t, web), "c", rules(t, `[{path: /spec/replicas, value: 5}, {path: "", value: {kind: ConfigMap, data: {}}}, {op: add, path: /data/a, value: b}]`))
	require.NoError(t, err)
	require.Equal(t, object(t, `{kind: ConfigMap, data: {a: b}}`), got)
}

func TestAPIVersionMayDiffer(t *testing.T) {
	got, err := override(t, object(t, web), "c", rules(t, `[{path: /apiVersion, value: apps/v2}]`))
	require.NoError(t, err)
	require.Equal(t, "apps/v2", got.GetAPIVersion())
}

func TestPatchThatFailsSaysWhatToMend(t *testing.T) {
	for patch, mend := range map[string]string{
		`{op: remove, path: /spec/new}`:               `"/spec" has no field "new" that could be removed: leave the operation out`,
		`{op: remove, path: /new}`:                    `the object has no field "new" that could be removed: leave the operation out`,
		`{op: add, path: /spec/args/4, value: x}`:     `"/spec/args" has 3 elements, and none with the index 4: to append one, add at "-"`,
		`{op: add, path: /spec/args/-5, value: x}`:    `"/spec/args" has 3 elements, and none with the index -5: to append one, add at "-"`,
		`{op: replace, path: /spec/args/3, value: x}`: `"/spec/args" has 3 elements, and none with the index 3: to append one, add at "-"`,
		`{op: remove, path: /spec/args/-4}`:           `"/spec/args" has 3 elements, and none with the index -4: to append one, add at "-"`,
		`{op: replace, path: /spec/args/-, value: x}`: `"-" is the place behind the last element, where nothing is yet: use add, or -1 for the last element`,
		`{op: replace, path: /spec/args/x, value: x}`: `"/spec/args" is a list, and "x" is not an index: use a number`,
		`{op: replace, path: /spec/new/x, value: x}`:  `"/spec" has no field "new": add it first, or leave the operation out`,
		`{op: add, path: /new/x, value: x}`:           `the object has no field "new": add it first, or leave the operation out`,
		`{op: add, path: /spec/new/x/y, value: x}`:    `"/spec" has no field "new": add it first, or leave the operation out`,
		`{op: add, path: /spec/args/7/x, value: x}`:   `"/spec/args" has 3 elements, and none with the index 7: to append one, add at "-"`,
		`{op: add, path: /spec/args/-1/x, value: x}`:  `"/spec/args/-1" is a string, which has no fields: replace it with an object or a list first`,
		`{op: add, path: /spec/replicas/x, value: x}`: `"/spec/replicas" is a number, which has no fields: replace it with an object or a list first`,
		`{op: add, path: /spec/paused/x/y}`:           `"/spec/paused" is a boolean, which has no fields: replace it with an object or a list first`,
		`{op: add, path: //spec, value: x}`:           `a path has no empty segment: leave out the doubled slash`,
		`{op: add, path: /spec//x, value: x}`:         `a path has no empty segment: leave out the doubled slash`,
		`{op: copy, path: /spec/new}`:                 `unknown op "copy": use add, remove or replace`,
		`{path: spec, value: {}}`:                     `a path starts with a slash: write "/spec"`,
		`{op: remove, path: ""}`:                      `the path "" is the whole object, which can only be replaced by another: use replace with an object as value`,
		`{path: "", value: [x]}`:                      `the path "" is the whole object, which can only be replaced by another: use replace with an object as value`,
	} {
		t.Run(patch, func(t *testing.T) {
			list := rules(t, "[{path: /spec/fine, value: null},"+patch+"]")
			_, err := override(t, object(t, web), "c", list)
			want := fmt.Sprintf("overrides for cluster \"c\": clusterOverrides[1], path %q: %s", list[0].Patches[1].Path, mend)
			require.EqualError(t, err, want)

			got, err := override(t, object(t, web), "another", list)
			require.NoError(t, err, "another cluster is not affected")
			require.Equal(t, object(t, web), got)
		})
	}
}

func TestNullParentIsNoParent(t *testing.T) {
	_, err := override(t, object(t, `{kind: x, spec: null}`), "c", rules(t, `[{op: add, path: /spec/a, value: 1}]`))
	require.EqualError(t, err, `overrides for cluster "c": clusterOverrides[0], path "/spec/a": "/spec" is null, which has no fields: replace it with an object or a list first`)
}

func TestValueThatIsNotJSONIsRefused(t *testing.T) {
	_, err := override(t, object(t, web), "c", []overrides.Rule{{Cluster: "c", Patches: []overrides.Patch{{Path: "/spec", Value: math.NaN()}}}})
	require.EqualError(t, err, `overrides for cluster "c": clusterOverrides[0], path "/spec": write the value as JSON: json: unsupported value: NaN`)
}

func TestObjectThatIsNotJSONIsRefused(t *testing.T) {
	obj := &unstructured.Unstructured{Object: map[string]any{"spec": math.Inf(1)}}
	_, err := overrides.JSONPatch{}.Override(t.Context(), obj, federation.Cluster{Name: "c"}, rules(t, `[{path: /spec, value: 1}]`))
	require.EqualError(t, err, `overrides for cluster "c": write the object as JSON: json: unsupported value: +Inf`)
}

func TestObjectIsReturnedWhereNothingApplies(t *testing.T) {
	obj := object(t, web)
	for name, list := range map[string][]overrides.Rule{
		"no rules":             nil,
		"rules for others":     {{Cluster: "other", Patches: []overrides.Patch{{Path: "/spec", Value: 1}}}},
		"rule without patches": {{Cluster: "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := override(t, obj, "c", list)
			require.NoError(t, err)
			require.Same(t, obj, got)
		})
	}
}

func TestResultSharesNothingWithTheObject(t *testing.T) {
	obj := object(t, web)
	got, err := override(t, obj, "c", rules(t, `[{path: /metadata/labels, value: {}}]`))
	require.NoError(t, err)
	require.NoError(t, unstructured.SetNestedField(got.Object, int64(9), "spec", "replicas"))
	got.SetName("other")
	require.Equal(t, object(t, web), obj)
}

func TestNumbersKeepTheirTypes(t *testing.T) {
	obj := object(t, `{kind: x, spec: {whole: 9007199254740993, part: 0.1}, other: {whole: 1, part: 2.5}}`)
	got, err := override(t, obj, "c", []overrides.Rule{{Cluster: "c", Patches: []overrides.Patch{
		{Path: "/spec/decoded", Value: float64(5)}, {Path: "/spec/int", Value: 5}, {Path: "/spec/half", Value: 0.5},
	}}})
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"kind":  "x",
		"spec":  map[string]any{"whole": int64(9007199254740993), "part": 0.1, "decoded": int64(5), "int": int64(5), "half": 0.5},
		"other": map[string]any{"whole": int64(1), "part": 2.5},
	}, got.Object)
}

func TestTextIsKeptAsItIs(t *testing.T) {
	obj := object(t, `{kind: x, spec: {a: "<b> & é \u2028 \"q\""}}`)
	want := obj.DeepCopy()
	require.NoError(t, unstructured.SetNestedField(want.Object, "<i>&", "spec", "<k>"))
	got, err := override(t, obj, "c", rules(t, `[{path: "/spec/<k>", value: "<i>&"}]`))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

package overrides_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apijson "k8s.io/apimachinery/pkg/util/json"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

// FuzzOverride gives any two patches to any object: nothing panics, the object
// is not changed, equal inputs give equal results, and a result is an object
// whose numbers and nesting survive being sent.
func FuzzOverride(f *testing.F) {
	f.Add(`{"kind":"x","spec":{"replicas":1,"args":["a","b"]}}`, "", "/spec/replicas", `5`, "add", "/spec/args/-1", `"x"`)
	f.Add(`{"metadata":{},"":{"":[[],{}]}}`, "remove", "//", `null`, "replace", "///0", `{}`)
	f.Add(`{"a":null}`, "replace", "", `{"b":[1.5]}`, "add", "x/b/-", `1e3`)
	f.Add(`{"a~b":{"c/d":0}}`, "replace", "/a~0b/c~1d", `[]`, "remove", "/a~0b/c~1d/0", ``)
	f.Fuzz(func(t *testing.T, doc, op1, path1, value1, op2, path2, value2 string) {
		content := map[string]any{}
		if apijson.Unmarshal([]byte(doc), &content) != nil || content == nil {
			return
		}
		obj := &unstructured.Unstructured{Object: content}
		list := []overrides.Rule{{Cluster: "c", Patches: []overrides.Patch{patch(op1, path1, value1), patch(op2, path2, value2)}}}

		got, err := override(t, obj, "c", list)
		again, errAgain := override(t, obj, "c", list)
		require.Equal(t, got, again)
		require.Equal(t, fmt.Sprint(err), fmt.Sprint(errAgain))
		if err != nil {
			return
		}
		require.NoError(t, overrides.Validate(list), "what is not valid is never applied")
		sent, err := json.Marshal(got.Object)
		require.NoError(t, err)
		var received map[string]any
		require.NoError(t, apijson.Unmarshal(sent, &received))
		sentAgain, err := json.Marshal(received)
		require.NoError(t, err)
		require.JSONEq(t, string(sent), string(sentAgain))
	})
}

func patch(op, path, value string) overrides.Patch {
	p := overrides.Patch{Op: op, Path: path}
	if json.Unmarshal([]byte(value), &p.Value) != nil {
		p.Value = value
	}
	return p
}

func BenchmarkOverride(b *testing.B) {
	obj := object(b, web)
	var list []overrides.Rule
	for i := range 100 {
		list = append(list, rule(federation.ClusterName(fmt.Sprintf("c%d", i)), "/spec/x", "/metadata/labels"))
	}
	for name, cluster := range map[string]federation.ClusterName{"none applies": "other", "last of 100 applies": "c99"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (overrides.JSONPatch{}).Override(b.Context(), obj, federation.Cluster{Name: cluster}, list); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package preference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// someSpec is the spec of a federated object as people and KubeFed may have left it.
func someSpec(r *rand.Rand) map[string]any {
	spec := map[string]any{}
	var clusters []any
	for i := range r.IntN(5) {
		clusters = append(clusters, map[string]any{"name": fmt.Sprintf("c%d", (i+r.IntN(3))%5)})
	}
	switch r.IntN(3) {
	case 0:
		spec["placement"] = map[string]any{"clusters": clusters}
	case 1:
		spec["placement"] = map[string]any{"clusterSelector": map[string]any{}}
	}
	var overrides []any
	for range r.IntN(5) {
		entry := map[string]any{}
		if r.IntN(8) > 0 {
			entry["clusterName"] = fmt.Sprintf("c%d", r.IntN(6))
		}
		var patches []any
		for range r.IntN(4) {
			patch := map[string]any{"path": []string{"/spec/replicas", "/spec/other", "/spec/image"}[r.IntN(3)], "value": r.Int64N(3)}
			if op := []string{"", "add", "remove", "replace"}[r.IntN(4)]; op != "" {
				patch["op"] = op
			}
			patches = append(patches, patch)
		}
		if patches != nil {
			entry["clusterOverrides"] = patches
		}
		overrides = append(overrides, entry)
	}
	if overrides != nil {
		spec["overrides"] = overrides
	}
	return spec
}

func someWish(r *rand.Rand) wish {
	w := wish{ours: []string{"/spec/replicas", "/spec/other"}, told: map[federation.ClusterName][]assignment{}}
	for i := range 5 {
		if name := federation.ClusterName(fmt.Sprintf("c%d", i)); r.IntN(3) > 0 {
			w.clusters = append(w.clusters, name)
			w.told[name] = []assignment{{"/spec/replicas", r.Int64N(3)}}
		}
	}
	return w
}

func declaredOf(t *testing.T, spec map[string]any) declared {
	t.Helper()
	object := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	object.SetAnnotations(map[string]string{federatedkind.TaintsAnnotation: federatedkind.TaintsTolerated})
	read, err := federatedkind.SpecOf(object)
	require.NoError(t, err)
	return declared{object: object, spec: read}
}

// theirs are the overrides that are not ours, in order.
func theirs(spec map[string]any, ours []string) []any {
	var all []any
	list, _ := spec["overrides"].([]any)
	for _, entry := range list {
		name := textAt(entry, "clusterName")
		patches, _ := entry.(map[string]any)["clusterOverrides"].([]any)
		for _, patch := range patches {
			if name == "" || !slices.Contains(ours, textAt(patch, "path")) {
				all = append(all, []any{name, patch})
			}
		}
	}
	return all
}

// FuzzEdits makes objects say what is wished: they do then, nothing else is lost or
// moved, and to do it again changes nothing.
func FuzzEdits(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, uint64(0))
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		before, w := someSpec(r), someWish(r)
		untouched := runtime.DeepCopyJSON(before)
		now := runtime.DeepCopyJSON(before)
		for field, value := range declaredOf(t, before).editOf(w).spec {
			if inner, is := value.(map[string]any); is {
				merged, _ := now[field].(map[string]any)
				if merged == nil {
					merged = map[string]any{}
				}
				for k, v := range inner {
					merged[k] = v
				}
				value = merged
			}
			now[field] = value
		}
		require.Equal(t, untouched, before, "it is not changed in place")
		after := declaredOf(t, now)
		require.True(t, after.editOf(w).isEmpty())
		require.Equal(t, theirs(before, w.ours), theirs(now, w.ours))
		want := shares{}
		for name, told := range w.told {
			want[name] = told[0].value
			require.True(t, after.lists(name))
		}
		require.Equal(t, want, after.told("/spec/replicas"))
		require.Len(t, after.spec.Placement.Clusters, len(w.clusters))
	})
}

package preference

import (
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// assignment is what a cluster is told to have of a field.
type assignment struct {
	path  string
	value int64
}

// wish is what the federated object should say of clusters.
type wish struct {
	clusters []federation.ClusterName // those that should hold the object, in order
	told     map[federation.ClusterName][]assignment
	ours     []string // the paths of which nothing else is said
}

// edit is what has to change of a federated object; what is not in it stays.
type edit struct {
	spec  map[string]any // fields of the spec
	notes map[string]any // annotations; nil is that one goes
}

func (e edit) isEmpty() bool { return len(e.spec)+len(e.notes) == 0 }

// editOf is what makes a federated object say what is wished; empty when it does.
// What others wrote stays as it is, and where it is. Taints are weighed with the
// replicas, and not once more where the object is placed.
func (d declared) editOf(w wish) edit {
	change := d.editSpec(w)
	if !isMarked(d.object) {
		change.notes = map[string]any{federatedkind.TaintsAnnotation: federatedkind.TaintsTolerated}
	}
	return change
}

// isMarked says of a federated object that it says that its taints are weighed here.
func isMarked(o *unstructured.Unstructured) bool {
	return o.GetAnnotations()[federatedkind.TaintsAnnotation] == federatedkind.TaintsTolerated
}

func (d declared) editSpec(w wish) edit {
	spec, _ := d.object.Object["spec"].(map[string]any)
	placement, _ := spec["placement"].(map[string]any)
	change := edit{spec: map[string]any{}}
	before, listed := placement["clusters"].([]any)
	if now := place(before, w.clusters); !listed || !reflect.DeepEqual(before, now) {
		change.spec["placement"] = map[string]any{"clusters": now}
	}
	overrides, _ := spec["overrides"].([]any)
	if now := w.override(overrides); !same(overrides, now) {
		change.spec["overrides"] = now
	}
	return change
}

// weighNoMore is what has taints count where a federated object is placed.
func (d declared) weighNoMore() edit {
	if !isMarked(d.object) {
		return edit{}
	}
	return edit{notes: map[string]any{federatedkind.TaintsAnnotation: nil}}
}

// same says whether two lists say the same; one that is absent says nothing.
func same(a, b []any) bool { return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b) }

// place is the list with those clusters. Those that stay keep their order, new ones
// follow.
func place(list []any, want []federation.ClusterName) []any {
	now := make([]any, 0, len(want))
	missing := slices.Clone(want)
	for _, entry := range list {
		name := federation.ClusterName(textAt(entry, "name"))
		if i := slices.Index(missing, name); i >= 0 {
			missing = slices.Delete(missing, i, i+1)
			now = append(now, entry)
		}
	}
	for _, name := range missing {
		now = append(now, map[string]any{"name": string(name)})
	}
	return now
}

// override is the list of overrides with what each cluster is told. What is told
// already keeps its place, what is new follows.
func (w wish) override(list []any) []any {
	left := maps.Clone(w.told)
	now := make([]any, 0, len(list))
	for _, entry := range list {
		name := federation.ClusterName(textAt(entry, "clusterName"))
		if name == "" {
			now = append(now, entry)
			continue
		}
		if entry = w.amend(entry, left[name]); entry != nil {
			now = append(now, entry)
			delete(left, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		if len(left[name]) > 0 {
			now = append(now, map[string]any{"clusterName": string(name), "clusterOverrides": appendAll(nil, left[name])})
		}
	}
	return now
}

// amend is the entry of a cluster with what it is told; nil when nothing is left of
// it.
func (w wish) amend(entry any, told []assignment) any {
	fields, isObject := entry.(map[string]any)
	patches, _ := fields["clusterOverrides"].([]any)
	if !isObject || len(patches) == 0 && len(told) == 0 {
		return entry
	}
	told = slices.Clone(told)
	now := make([]any, 0, len(patches))
	for _, patch := range patches {
		path := textAt(patch, "path")
		if !slices.Contains(w.ours, path) {
			now = append(now, patch)
			continue
		}
		if i := slices.IndexFunc(told, func(a assignment) bool { return a.path == path }); i >= 0 {
			now = append(now, told[i].over(patch))
			told = slices.Delete(told, i, i+1)
		}
	}
	if now = appendAll(now, told); len(now) == 0 {
		return nil
	}
	amended := maps.Clone(fields)
	amended["clusterOverrides"] = now
	return amended
}

func appendAll(patches []any, told []assignment) []any {
	for _, a := range told {
		patches = append(patches, map[string]any{"path": a.path, "value": a.value})
	}
	return patches
}

// over is the patch that tells it, which is the one before if that does.
func (a assignment) over(patch any) any {
	fields, _ := patch.(map[string]any)
	if n, whole := number(fields["value"]); whole && n == a.value && fields["op"] != "remove" {
		return patch
	}
	return map[string]any{"path": a.path, "value": a.value}
}

// textAt is a field of an object that is a text; empty when there is none.
func textAt(object any, field string) string {
	fields, _ := object.(map[string]any)
	text, _ := fields[field].(string)
	return text
}

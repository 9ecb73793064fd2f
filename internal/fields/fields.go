// Package fields answers questions about field ownership as server-side apply
// records it in metadata.managedFields. It is the one place that knows
// structured-merge-diff.
package fields

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v4/value"
)

// Owned returns what a manager owns of an object by server-side apply, as the
// API server serialises it; empty when that is nothing.
func Owned(entries []metav1.ManagedFieldsEntry, manager string) string {
	for _, e := range entries {
		if e.Manager == manager && e.Operation == metav1.ManagedFieldsOperationApply && e.Subresource == "" && e.FieldsV1 != nil {
			return e.FieldsV1.GetRawString()
		}
	}
	return ""
}

// Lost is a field that a manager should own, and does not.
type Lost struct {
	Path string // ".spec.replicas"
	By   string // the manager that owns it; empty when none does, or when it is not known
}

// LostBetween returns the leaf fields of before that are not in now, in order,
// and who owns them in the entries. Both sets are as [Owned] returns them; one
// that cannot be read counts as empty.
func LostBetween(before, now string, entries []metav1.ManagedFieldsEntry) []Lost {
	var lost []Lost
	parse(before).Difference(parse(now)).Leaves().Iterate(func(p fieldpath.Path) {
		lost = append(lost, Lost{Path: p.String(), By: owner(entries, p)})
	})
	return lost
}

func owner(entries []metav1.ManagedFieldsEntry, p fieldpath.Path) string {
	for _, e := range entries {
		if e.FieldsV1 != nil && parse(e.FieldsV1.GetRawString()).Has(p) {
			return e.Manager
		}
	}
	return ""
}

func parse(raw string) *fieldpath.Set {
	set := fieldpath.NewSet()
	if raw == "" || set.FromJSON(strings.NewReader(raw)) != nil {
		return fieldpath.NewSet()
	}
	return set
}

// Missing returns the fields of an object that the set does not cover, in no
// particular order. It walks the object along the set, so it needs no schema: a
// list is associative where the set says so. What the set never lists counts as
// covered: apiVersion, kind, name and namespace, nulls, and empty lists and
// maps.
func Missing(owned string, object map[string]any) []Lost {
	w := walk{}
	set := parse(owned)
	for name, v := range object {
		switch name {
		case "apiVersion", "kind", "status":
		case "metadata":
			w.metadata(set, v)
		default:
			w.field(fieldpath.Path{}, set, name, v)
		}
	}
	return w.missing
}

type walk struct{ missing []Lost }

func (w *walk) note(p fieldpath.Path) { w.missing = append(w.missing, Lost{Path: p.String()}) }

func (w *walk) metadata(set *fieldpath.Set, v any) {
	meta, _ := v.(map[string]any)
	name := "metadata"
	element := fieldpath.PathElement{FieldName: &name}
	for field, v := range meta {
		if field == "labels" || field == "annotations" || field == "finalizers" || field == "ownerReferences" {
			w.field(fieldpath.Path{element}, child(set, element), field, v)
		}
	}
}

func (w *walk) field(at fieldpath.Path, set *fieldpath.Set, name string, v any) {
	w.element(at, set, fieldpath.PathElement{FieldName: &name}, v)
}

// element checks one value below a set. A member without children is owned as a
// whole.
func (w *walk) element(at fieldpath.Path, set *fieldpath.Set, e fieldpath.PathElement, v any) {
	below, nested := set.Children.Get(e)
	switch {
	case nested && !below.Empty():
		w.value(append(at.Copy(), e), below, v)
	case set.Members.Has(e) || empty(v):
	default:
		w.note(append(at.Copy(), e))
	}
}

func (w *walk) value(at fieldpath.Path, set *fieldpath.Set, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, v := range v {
			w.field(at, set, name, v)
		}
	case []any:
		for i, item := range v {
			w.item(at, set, i, item)
		}
	}
}

// item checks one item of an associative list or of a set.
func (w *walk) item(at fieldpath.Path, set *fieldpath.Set, index int, item any) {
	e, found := elementOf(set, item)
	if !found {
		w.note(append(at.Copy(), fieldpath.PathElement{Index: &index}))
		return
	}
	w.element(at, set, e, item)
}

// elementOf finds the element of the set that stands for an item: the one whose
// keys the item has, or does not set (the API server defaults some), or the one
// with its value.
func elementOf(set *fieldpath.Set, item any) (fieldpath.PathElement, bool) {
	var found *fieldpath.PathElement
	look := func(e fieldpath.PathElement) {
		if found == nil && stands(e, item) {
			found = &e
		}
	}
	set.Members.Iterate(look)
	set.Children.Iterate(look)
	if found == nil {
		return fieldpath.PathElement{}, false
	}
	return *found, true
}

func stands(e fieldpath.PathElement, item any) bool {
	switch {
	case e.Value != nil:
		return value.Equals(*e.Value, value.NewValueInterface(item))
	case e.Key != nil:
		fields, isMap := item.(map[string]any)
		if !isMap {
			return false
		}
		for _, key := range *e.Key {
			if v, set := fields[key.Name]; set && !value.Equals(key.Value, value.NewValueInterface(v)) {
				return false
			}
		}
		return true
	}
	return false
}

func child(set *fieldpath.Set, e fieldpath.PathElement) *fieldpath.Set {
	if below, found := set.Children.Get(e); found {
		return below
	}
	return fieldpath.NewSet()
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

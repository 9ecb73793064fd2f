package fields

import (
	"maps"
	"slices"

	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
)

// Retain makes an object that is to be applied leave fields as they are in the
// live object: what the set owns of them gets the live value, what others own is
// left out, and what nobody has set yet stays. The set is as [Owned] returns it.
// The live object is not modified, and shares memory with the other afterwards.
func Retain(object, live map[string]any, owned string, paths []Path) {
	set := parse(owned)
	for _, p := range paths {
		places := p.in(object)
		slices.Reverse(places) // later items of a list first
		for _, where := range places {
			retain(object, live, set, where)
		}
	}
}

// retain settles one place. It walks object, live object and set side by side;
// items of a list are matched by the element that the set has for them.
func retain(object, live map[string]any, set *fieldpath.Set, where place) {
	var there any = live
	var here any = object
	found := true
	for i, s := range where {
		e, listed := elementAt(set, here, s)
		below, nested := set.Children.Get(e)
		nested = nested && listed && !below.Empty()
		switch {
		case nested:
			there, found = follow(there, e, s)
			here, _ = at(here, place{s})
			set = below
			continue
		case !listed: // an item that was not applied yet
		case set.Members.Has(e), inList(where[i:]): // owned as a whole from here on, or perhaps lost so
			if v, set := at(there, where[i:]); set {
				put(object, where, v)
			}
		default:
			if _, set := at(there, where[i:]); set {
				remove(object, where)
			}
		}
		return
	}
	if found {
		put(object, where, project(there, set))
		return
	}
	remove(object, where)
}

// elementAt is the element of the set that stands for a step.
func elementAt(set *fieldpath.Set, v any, s step) (fieldpath.PathElement, bool) {
	if s.index < 0 {
		return fieldpath.PathElement{FieldName: &s.field}, true
	}
	list, _ := v.([]any)
	return elementOf(set, list[s.index])
}

// follow goes from a value to the one that an element stands for.
func follow(v any, e fieldpath.PathElement, s step) (any, bool) {
	if s.index < 0 {
		return at(v, place{s})
	}
	list, _ := v.([]any)
	i := slices.IndexFunc(list, func(item any) bool { return stands(e, item) })
	if i < 0 {
		return nil, false
	}
	return list[i], true
}

// inList says whether the way leads into a list.
func inList(way place) bool {
	return slices.ContainsFunc(way, func(s step) bool { return s.index >= 0 })
}

// project is what the set owns of a value.
func project(v any, set *fieldpath.Set) any {
	switch v := v.(type) {
	case map[string]any:
		kept := maps.Clone(v)
		for name, inner := range v {
			if part, owned := ownedPart(inner, set, fieldpath.PathElement{FieldName: &name}); owned {
				kept[name] = part
			} else {
				delete(kept, name)
			}
		}
		return kept
	case []any:
		var kept []any
		for _, item := range v {
			e, listed := elementOf(set, item)
			if part, owned := ownedPart(item, set, e); listed && owned {
				kept = append(kept, part)
			}
		}
		return kept
	}
	return v
}

func ownedPart(v any, set *fieldpath.Set, e fieldpath.PathElement) (any, bool) {
	if below, nested := set.Children.Get(e); nested && !below.Empty() {
		return project(v, below), true
	}
	return v, set.Members.Has(e)
}

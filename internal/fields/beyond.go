package fields

import (
	"strings"

	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
)

// own begins the names of annotations that are the federation's record, in no
// template.
const own = ".metadata.annotations.fedrail.io/"

// Beyond returns the leaf fields of a set, as [Owned] returns it, that are not in
// an object: what a manager owns still and does not want any more. Annotations
// of fedrail.io are left out.
func Beyond(owned string, object map[string]any) []string {
	var beyond []string
	parse(owned).Leaves().Iterate(func(p fieldpath.Path) {
		if path := p.String(); !strings.HasPrefix(path, own) && !has(object, p) {
			beyond = append(beyond, path)
		}
	})
	return beyond
}

// has says whether a path leads to something in a value.
func has(v any, p fieldpath.Path) bool {
	if len(p) == 0 {
		return true
	}
	switch e := p[0]; {
	case e.FieldName != nil:
		below, isMap := v.(map[string]any)
		next, found := below[*e.FieldName]
		return isMap && found && has(next, p[1:])
	default:
		items, _ := v.([]any)
		for i, item := range items {
			if chosen(e, i, item) && has(item, p[1:]) {
				return true
			}
		}
		return false
	}
}

func chosen(e fieldpath.PathElement, index int, item any) bool {
	if e.Index != nil {
		return *e.Index == index
	}
	return stands(e, item)
}

package fields

import "slices"

// at returns the value at a place.
func at(v any, where place) (any, bool) {
	for _, s := range where {
		switch in := v.(type) {
		case map[string]any:
			next, found := in[s.field]
			if !found || s.index >= 0 {
				return nil, false
			}
			v = next
		case []any:
			if s.index < 0 || s.index >= len(in) {
				return nil, false
			}
			v = in[s.index]
		default:
			return nil, false
		}
	}
	return v, true
}

// put sets the value at a place that is there.
func put(object map[string]any, where place, v any) {
	last := where[len(where)-1]
	switch in, _ := at(object, where[:len(where)-1]); in := in.(type) {
	case map[string]any:
		in[last.field] = v
	case []any:
		in[last.index] = v
	}
}

// remove deletes the value at a place, and the maps that are empty then.
func remove(object map[string]any, where place) {
	if len(where) == 0 {
		return
	}
	last, above := where[len(where)-1], where[:len(where)-1]
	switch in, _ := at(object, above); in := in.(type) {
	case map[string]any:
		delete(in, last.field)
		if len(in) == 0 && len(above) > 0 && above[len(above)-1].index < 0 {
			remove(object, above)
		}
	case []any:
		if last.index < len(in) {
			put(object, above, slices.Delete(slices.Clone(in), last.index, last.index+1))
		}
	}
}

package checker

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// difference is one field that is not as it should be.
type difference struct{ field, want, have string }

// named returns the fields that are named in want and are not so in have. Lists
// are compared item by item, and have to be of one length.
func named(want, have map[string]any) []difference {
	d := differ{}
	d.fields("", want, have)
	return d.found
}

// all returns the fields that are not the same in both.
func all(want, have map[string]any) []difference {
	d := differ{strict: true}
	d.fields("", want, have)
	return d.found
}

type differ struct {
	strict bool // what is not named in want may not be there
	found  []difference
}

func (d *differ) fields(at string, want, have map[string]any) {
	names := slices.Sorted(maps.Keys(want))
	for _, name := range names {
		v, there := have[name]
		if !there {
			d.found = append(d.found, difference{field: at + "." + name, want: text(want[name])})
			continue
		}
		d.value(at+"."+name, want[name], v)
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if _, there := want[name]; !there && d.strict {
			d.found = append(d.found, difference{field: at + "." + name, have: text(have[name])})
		}
	}
}

func (d *differ) value(at string, want, have any) {
	switch w := want.(type) {
	case map[string]any:
		if h, same := have.(map[string]any); same {
			d.fields(at, w, h)
			return
		}
	case []any:
		if h, same := have.([]any); same && len(w) == len(h) {
			for i := range w {
				d.value(fmt.Sprintf("%s[%d]", at, i), w[i], h[i])
			}
			return
		}
	}
	if !reflect.DeepEqual(want, have) {
		d.found = append(d.found, difference{field: at, want: text(want), have: text(have)})
	}
}

// text is a value as JSON, or as Go prints it when it is none.
func text(v any) string {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(content)
}

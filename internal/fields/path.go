package fields

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v4/value"
)

// Path names fields of an object as managedFields are printed: ".spec.replicas",
// `.spec.containers[name="web"].image`, `.metadata.finalizers[="a"]`; "[*]" is
// every item of a list. A key that has dots in it is written as it is: which one
// is meant, the object says.
type Path struct{ text string }

// ParsePath reads a Path; the error names what is wrong in it.
func ParsePath(text string) (Path, error) {
	if !strings.HasPrefix(text, ".") || text == "." {
		return Path{}, fmt.Errorf("field path %q: want it to begin with a dot and a name, such as .spec.replicas", text)
	}
	for rest := text; rest != ""; {
		at := strings.IndexByte(rest, '[')
		if at < 0 {
			break
		}
		_, after, err := selectorOf(rest[at:])
		if err != nil {
			return Path{}, fmt.Errorf("field path %q: %w", text, err)
		}
		if after != "" && after[0] != '.' && after[0] != '[' {
			return Path{}, fmt.Errorf("field path %q: want a dot or a bracket before %q", text, after)
		}
		rest = after
	}
	return Path{text: text}, nil
}

// Remove deletes the fields from an object, and the maps that are empty then.
func (p Path) Remove(object map[string]any) {
	places := p.in(object)
	slices.Reverse(places) // later items of a list first
	for _, place := range places {
		remove(object, place)
	}
}

// Within says whether a field of the object is one of those that are named, or
// below one.
func Within(paths []Path, field string, object map[string]any) bool {
	for _, inner := range (Path{field}).in(object) {
		for _, p := range paths {
			if slices.ContainsFunc(p.in(object), inner.below) {
				return true
			}
		}
	}
	return false
}

// ends says whether a name ends before the rest of a path.
func ends(rest string) bool { return rest == "" || rest[0] == '.' || rest[0] == '[' }

// step leads from a value to one in it.
type step struct {
	field string
	index int // in a list; -1 in a map
}

// place is where a value is in an object.
type place []step

// below says whether the place is another one, or in it.
func (w place) below(other place) bool {
	return len(w) >= len(other) && slices.Equal(w[:len(other)], other)
}

// in finds the fields in an object, in the order of its lists.
func (p Path) in(object map[string]any) []place { return find(object, p.text, nil) }

func find(v any, rest string, at place) []place {
	if rest == "" {
		return []place{slices.Clone(at)}
	}
	switch v := v.(type) {
	case map[string]any:
		if name, found := longestKey(v, rest); found {
			return find(v[name], rest[1+len(name):], append(at, step{field: name, index: -1}))
		}
	case []any:
		s, after, err := selectorOf(rest)
		if err != nil {
			return nil
		}
		var places []place
		for i, item := range v {
			if s.matches(i, item) {
				places = append(places, find(item, after, append(slices.Clone(at), step{index: i}))...)
			}
		}
		return places
	}
	return nil
}

// longestKey is the key of a map that the path goes on with.
func longestKey(m map[string]any, rest string) (string, bool) {
	longest, found := "", false
	for name := range m {
		after, fits := strings.CutPrefix(rest, "."+name)
		if fits && ends(after) && (!found || len(name) > len(longest)) {
			longest, found = name, true
		}
	}
	return longest, found
}

// selector chooses items of a list.
type selector struct {
	every bool
	index *int
	value value.Value
	keys  map[string]value.Value
}

// selectorOf reads the selector that a text begins with, and returns what
// follows it.
func selectorOf(text string) (s selector, after string, err error) {
	inner, after, err := bracketed(text)
	if err != nil {
		return selector{}, "", err
	}
	if inner == "*" {
		return selector{every: true}, after, nil
	}
	if index, err := strconv.Atoi(inner); err == nil {
		return selector{index: &index}, after, nil
	}
	s.keys = map[string]value.Value{}
	for _, part := range outsideQuotes(inner, ',') {
		name, text, ok := strings.Cut(part, "=")
		if !ok || text == "" {
			return selector{}, "", fmt.Errorf(`[%s]: want [*], or fields of an item such as [name="web"]`, inner)
		}
		if name == "" {
			return selector{value: literal(text)}, after, nil
		}
		s.keys[name] = literal(text)
	}
	return s, after, nil
}

// bracketed returns what is in the brackets that a text begins with.
func bracketed(text string) (inner, after string, err error) {
	closing := outsideQuotes(text, ']')
	if !strings.HasPrefix(text, "[") || len(closing) < 2 {
		return "", "", fmt.Errorf("%s: want a list's item in brackets", cmp.Or(text, "the end"))
	}
	return closing[0][1:], text[len(closing[0])+1:], nil
}

// outsideQuotes splits a text at a mark that is not within double quotes.
func outsideQuotes(text string, mark byte) []string {
	var parts []string
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == mark && !quoted:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}

// literal is a value as JSON writes it; any other text is a string.
func literal(text string) value.Value {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		v = text
	}
	return value.NewValueInterface(v)
}

func (s selector) matches(index int, item any) bool {
	switch {
	case s.every:
		return true
	case s.index != nil:
		return *s.index == index
	case s.value != nil:
		return value.Equals(s.value, value.NewValueInterface(item))
	}
	return s.matchesKeys(item)
}

// matchesKeys lets an item leave out fields, which the API server defaults, but
// not all of them.
func (s selector) matchesKeys(item any) bool {
	fields, _ := item.(map[string]any)
	matched := false
	for name, want := range s.keys {
		v, set := fields[name]
		if set && !value.Equals(want, value.NewValueInterface(v)) {
			return false
		}
		matched = matched || set
	}
	return matched
}

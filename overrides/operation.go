package overrides

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// The operations that a Patch may name.
const (
	opAdd     = "add"
	opRemove  = "remove"
	opReplace = "replace"
)

// An operation is a Patch that can be carried out.
type operation struct {
	op    string
	path  pointer
	value json.RawMessage // never empty
}

// read makes an operation of a patch. Its error says what is wrong with the patch
// whatever object it is for.
func read(p Patch) (operation, error) {
	o := operation{op: cmp.Or(p.Op, opReplace), path: parse(p.Path)}
	if o.op != opAdd && o.op != opRemove && o.op != opReplace {
		return operation{}, fmt.Errorf("unknown op %q: use add, remove or replace", p.Op)
	}
	if p.Path != "" && !strings.Contains(p.Path, "/") {
		return operation{}, fmt.Errorf(`a path starts with a slash: write "/%s"`, p.Path)
	}
	var err error
	if o.value, err = json.Marshal(p.Value); err != nil {
		return operation{}, fmt.Errorf("write the value as JSON: %w", err)
	}
	if len(o.path) == 0 && (o.op == opRemove || o.value[0] != '{') {
		return operation{}, errors.New(`the path "" is the whole object, which can only be replaced by another: use replace with an object as value`)
	}
	if len(o.path) > 1 && slices.Contains(o.path.parent(), "") {
		// json-patch takes a field without a name for the document itself.
		return operation{}, errors.New("a path has no empty segment: leave out the doubled slash")
	}
	return o, nil
}

// apply carries out one patch on a JSON document.
func apply(doc []byte, p Patch) ([]byte, error) {
	o, err := read(p)
	if err != nil {
		return nil, err
	}
	patched, err := o.applyTo(doc)
	if err == nil {
		return patched, nil
	}
	place, missing := locate(doc, o.path)
	if missing != nil {
		return nil, missing
	}
	if lenient, ok := o.lenient(place); ok {
		return lenient.applyTo(doc)
	}
	return nil, place.explain(o, err)
}

// lenient gives the operation that does what KubeFed did where json-patch is
// stricter today: replacing a field that its object does not have adds it.
func (o operation) lenient(p place) (operation, bool) {
	_, isObject := p.parent.(map[string]any)
	if o.op != opReplace || !isObject {
		return o, false
	}
	o.op = opAdd
	return o, true
}

func (o operation) applyTo(doc []byte) ([]byte, error) {
	op, path := quote(o.op), quote(o.path.String())
	patch := jsonpatch.Patch{{"op": &op, "path": &path, "value": &o.value}}
	return patch.ApplyWithOptions(doc, &jsonpatch.ApplyOptions{
		SupportNegativeIndices:   true,
		AccumulatedCopySizeLimit: 0, // nothing is ever copied
		AllowMissingPathOnRemove: false,
		EnsurePathExistsOnAdd:    false,
		EscapeHTML:               false,
	})
}

// quote writes a string as JSON, which cannot fail.
func quote(s string) json.RawMessage {
	quoted, _ := json.Marshal(s)
	return quoted
}

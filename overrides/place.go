package overrides

import (
	"errors"
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/util/json"
)

// A place is where in a document an operation takes effect.
type place struct {
	at     pointer // of parent
	parent any     // an object or a list
	key    string  // in parent
}

// locate finds the parent of what path points to. Its error says which part of
// the path is missing.
func locate(doc []byte, path pointer) (place, error) {
	var node any
	if err := json.Unmarshal(doc, &node); err != nil {
		return place{}, err
	}
	if len(path) == 0 {
		return place{parent: node}, nil
	}
	parent := path.parent()
	for i := range parent {
		next, err := child(node, parent[:i], parent.key(i))
		if err != nil {
			return place{}, err
		}
		if next == nil {
			return place{}, scalarError(nil, parent[:i+1])
		}
		node = next
	}
	if !isContainer(node) {
		return place{}, scalarError(node, parent)
	}
	return place{at: parent, parent: node, key: path.last()}, nil
}

// child is what a key of node holds. at is where node is.
func child(node any, at pointer, key string) (any, error) {
	switch node := node.(type) {
	case map[string]any:
		if value, found := node[key]; found {
			return value, nil
		}
		return nil, fmt.Errorf("%s has no field %q: add it first, or leave the operation out", at.name(), key)
	case []any:
		i, err := index(node, at, key)
		if err != nil {
			return nil, err
		}
		return node[i], nil
	default:
		return nil, scalarError(node, at)
	}
}

// explain says why an operation failed at a place that exists; cause is what
// json-patch said.
func (p place) explain(o operation, cause error) error {
	list, isList := p.parent.([]any)
	switch {
	case !isList && o.op == opRemove:
		return fmt.Errorf("%s has no field %q that could be removed: leave the operation out", p.at.name(), p.key)
	case isList && p.key == "-":
		return errors.New(`"-" is the place behind the last element, where nothing is yet: use add, or -1 for the last element`)
	case isList:
		if _, err := index(list, p.at, p.key); err != nil {
			return err
		}
	}
	return cause
}

// index reads a key as the index of an element that there is.
func index(list []any, at pointer, key string) (int, error) {
	i, err := strconv.Atoi(key)
	if err != nil {
		return 0, fmt.Errorf("%s is a list, and %q is not an index: use a number", at.name(), key)
	}
	if i < -len(list) || i >= len(list) {
		return 0, fmt.Errorf(`%s has %d elements, and none with the index %d: to append one, add at "-"`, at.name(), len(list), i)
	}
	if i < 0 {
		i += len(list)
	}
	return i, nil
}

func isContainer(node any) bool {
	switch node.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

func scalarError(node any, at pointer) error {
	return fmt.Errorf("%s is %s, which has no fields: replace it with an object or a list first", at.name(), describe(node))
}

func describe(node any) string {
	switch node.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	default:
		return "a number"
	}
}

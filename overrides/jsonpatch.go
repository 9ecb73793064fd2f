package overrides

import (
	"context"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/json"

	"github.com/fedrail/fedrail/federation"
)

// JSONPatch is the default [Overrider]. It takes patches as KubeFed does, which
// is more lenient than RFC 6902, so that what worked there works here:
//
//   - "replace" sets a field that is not there yet, as "add" does; the field's
//     parent has to be there.
//   - An index counts from the end when negative: -1 is the last element, and
//     with "add" the place behind it.
//   - A path without a leading slash loses its first segment: "a/b" is "/b".
//   - The path "" is the whole object.
//   - A value that is absent is null.
//
// A patch that fails fails for its own cluster. A list of rules that names one
// cluster twice, or one path twice for a cluster, or changes what the object is
// called, is refused for every cluster. The zero JSONPatch is ready for use.
type JSONPatch struct{}

var _ Overrider = JSONPatch{}

// Override implements [Overrider]. Its result shares nothing with obj unless it
// is obj itself, and has the number types that unstructured objects have: int64
// for whole numbers, float64 for others.
func (JSONPatch) Override(_ context.Context, obj *unstructured.Unstructured, cluster federation.Cluster, rules []Rule) (*unstructured.Unstructured, error) {
	if problem := firstContradiction(rules); problem != nil {
		return nil, problem
	}
	for _, rule := range rules {
		if rule.Cluster == cluster.Name && len(rule.Patches) > 0 {
			return tailor(obj, rule)
		}
	}
	return obj, nil
}

// tailor applies a rule to a copy of obj. Only the top-level fields that the
// rule speaks of are written out as JSON and read back; the rest is copied.
func tailor(obj *unstructured.Unstructured, rule Rule) (*unstructured.Unstructured, error) {
	touched, rest := split(obj.Object, rule.Patches)
	doc, err := json.Marshal(touched)
	if err != nil {
		return nil, &RuleError{Cluster: rule.Cluster, Index: -1, Err: fmt.Errorf("write the object as JSON: %w", err)}
	}
	for i, patch := range rule.Patches {
		if doc, err = apply(doc, patch); err != nil {
			return nil, &RuleError{Cluster: rule.Cluster, Index: i, Path: patch.Path, Err: err}
		}
	}
	var tailored map[string]any
	if err := json.Unmarshal(doc, &tailored); err != nil {
		return nil, &RuleError{Cluster: rule.Cluster, Index: -1, Err: fmt.Errorf("read the object after the patches: %w", err)}
	}
	for field, value := range rest {
		tailored[field] = runtime.DeepCopyJSONValue(value)
	}
	return &unstructured.Unstructured{Object: tailored}, nil
}

// split parts an object's top-level fields into those that patches can touch and
// the rest.
func split(object map[string]any, patches []Patch) (touched, rest map[string]any) {
	touched, rest = map[string]any{}, maps.Clone(object)
	for _, patch := range patches {
		path := parse(patch.Path)
		if len(path) == 0 {
			return object, nil
		}
		field := path.key(0)
		if value, found := rest[field]; found {
			touched[field] = value
			delete(rest, field)
		}
	}
	return touched, rest
}

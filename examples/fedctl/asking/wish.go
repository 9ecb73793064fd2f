// Package asking asks something of the federation's controller for single objects. All
// that is asked is an annotation of federated objects: the controller does the work.
package asking

import (
	"encoding/json"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Wish is what is asked for.
type Wish struct {
	annotation string
	value      string   // empty takes the annotation off
	same       []string // other values that mean the same
	asked      string   // what is said of an object once it is asked for
	answered   string   // and once that is done
}

// Suspend has nothing created, changed or removed in any cluster.
func Suspend() Wish {
	return Wish{annotation: federatedkind.SuspendAnnotation, value: "true", asked: "suspended"}
}

// Resume ends that.
func Resume() Wish {
	return Wish{annotation: federatedkind.SuspendAnnotation, same: []string{"false"}, asked: "resumed"}
}

// Reconcile has every copy compared and written anew. The time tells one wish from
// another.
func Reconcile(now time.Time) Wish {
	return Wish{annotation: federatedkind.ReconcileAnnotation, value: token(now), asked: "is to be looked at", answered: "every copy was written anew"}
}

// Retry has what failed be tried again at once.
func Retry(now time.Time) Wish {
	return Wish{annotation: federatedkind.RetryAnnotation, value: token(now), asked: "is tried again", answered: "every cluster holds what it should"}
}

func token(now time.Time) string { return now.UTC().Format(time.RFC3339Nano) }

// holds says whether an object says so already.
func (w Wish) holds(o *unstructured.Unstructured) bool {
	value := o.GetAnnotations()[w.annotation]
	return value == w.value || slices.Contains(w.same, value)
}

// patch is a merge patch that says so.
func (w Wish) patch() ([]byte, error) {
	var value any
	if w.value != "" {
		value = w.value
	}
	return json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{w.annotation: value}}})
}

// with is a copy of an object that says so.
func (w Wish) with(o *unstructured.Unstructured) *unstructured.Unstructured {
	changed := o.DeepCopy()
	annotations := changed.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[w.annotation] = w.value
	if w.value == "" {
		delete(annotations, w.annotation)
	}
	changed.SetAnnotations(annotations)
	return changed
}

// isSuspended says whether the controller leaves an object alone for now.
func isSuspended(o *unstructured.Unstructured) bool {
	return o.GetAnnotations()[federatedkind.SuspendAnnotation] == "true"
}

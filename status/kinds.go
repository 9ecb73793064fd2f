package status

import (
	"maps"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kinds is the default [Judge]: a table of rules by kind. The zero Kinds knows
// the kinds of Kubernetes, and of any other reads the conditions; it is ready
// for use.
type Kinds struct{ extra map[schema.GroupKind]Rule }

var _ Judge = Kinds{}

// NewKinds is the table with rules more: what they say of a kind is what counts.
// The map is copied. None is the zero Kinds.
func NewKinds(extra map[schema.GroupKind]Rule) Kinds { return Kinds{extra: maps.Clone(extra)} }

// A Rule tells how objects of one kind fare, and what numbers of their status
// are worth adding up. Its functions must not modify the object, give equal
// objects equal answers, and may be called concurrently.
type Rule struct {
	// Health is the health, and what the object lacks. Nil is the rule that the
	// kind has without this one.
	Health func(object *unstructured.Unstructured) (Health, string)
	// Counts are the numbers, in an order that they always have. Nil is the
	// numbers that the kind has without this rule.
	Counts func(object *unstructured.Unstructured) []Count
}

// Judge implements [Judge].
func (k Kinds) Judge(object *unstructured.Unstructured) Vitals {
	var v Vitals
	v.Generation = object.GetGeneration()
	v.Observed, _, _ = unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	v.Health, v.Message = byConditions(object)
	return v
}

func byConditions(object *unstructured.Unstructured) (Health, string) {
	result, err := status.Compute(object)
	if err != nil {
		return Unknown, err.Error()
	}
	switch result.Status {
	case status.CurrentStatus:
		return Healthy, ""
	case status.InProgressStatus:
		return Progressing, result.Message
	case status.FailedStatus:
		return Degraded, result.Message
	case status.TerminatingStatus:
		return Terminating, result.Message
	}
	return Unknown, result.Message
}

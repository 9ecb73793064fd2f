package federated

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/fields"
	"github.com/fedrail/fedrail/propagation"
)

// holdingOf is what a FederatedTypeConfig says of all objects of its type.
func holdingOf(o corev1beta1.Ownership) propagation.Holding {
	how := propagation.Holding{Conflict: propagation.Conflict(o.ConflictPolicy), Immutable: propagation.Immutable(o.ImmutableFields)}
	for _, path := range o.Retain {
		how.Retain = append(how.Retain, propagation.FieldPath(path))
	}
	return how
}

// replicas is what spec.retainReplicas is about.
const replicas propagation.FieldPath = ".spec.replicas"

// holdingFor is what a federated object says of its copies, over what its type
// says. An error names the annotation.
func holdingFor(object *unstructured.Unstructured, spec federatedkind.Spec, how propagation.Holding) (propagation.Holding, error) {
	notes := object.GetAnnotations()
	how.Retain = slices.Clone(how.Retain)
	if spec.RetainReplicas {
		how.Retain = append(how.Retain, replicas)
	}
	for line := range strings.Lines(notes[federatedkind.RetainAnnotation]) {
		path := strings.TrimSpace(line)
		if path == "" {
			continue
		}
		if _, err := fields.ParsePath(path); err != nil {
			return how, wrongNote(federatedkind.RetainAnnotation, err.Error())
		}
		how.Retain = append(how.Retain, propagation.FieldPath(path))
	}
	conflict, err := choiceOf(notes, federatedkind.ConflictPolicyAnnotation, propagation.Overwrite, propagation.Yield, propagation.Report)
	if err != nil {
		return how, err
	}
	immutable, err := choiceOf(notes, federatedkind.ImmutableFieldsAnnotation, propagation.Refuse, propagation.Recreate)
	if err != nil {
		return how, err
	}
	how.Conflict, how.Immutable = cmp.Or(conflict, how.Conflict), cmp.Or(immutable, how.Immutable)
	return how, nil
}

// choiceOf reads an annotation that is one of these words; empty when it is not
// there.
func choiceOf[T ~string](notes map[string]string, name string, words ...T) (T, error) {
	word, set := notes[name]
	if !set || slices.Contains(words, T(word)) {
		return T(word), nil
	}
	return "", wrongNote(name, fmt.Sprintf("want one of %q, not %q", words, word))
}

func wrongNote(name, problem string) error {
	return fmt.Errorf("metadata.annotations[%s]: %s", name, problem)
}

package preference

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// PreviewRequest is what a [Preview] is made from. Preference, Object, Config and
// Members are required. Nothing of it is changed.
type PreviewRequest struct {
	Preference *v1alpha1.ReplicaSchedulingPreference
	// Object is the federated object that the preference divides, and Config that of
	// its type.
	Object *unstructured.Unstructured
	Config *corev1beta1.FederatedTypeConfig
	// Namespace is the FederatedNamespace that the object is in; nil is one that sets
	// no bound.
	Namespace *unstructured.Unstructured
	Members   federation.ClusterSet
	// Scale is the field that the scale subresource of a custom resource names, as a
	// JSON pointer; empty is /spec/replicas.
	Scale string
	Now   time.Time
}

// Preview is what a [Controller] would make of a preference, as far as that can be
// told without a look into the clusters: no cluster waits for another, none is full,
// but for what the preference's own status remembers.
type Preview struct {
	// Object is the federated object as the preference has it say.
	Object *unstructured.Unstructured
	// Status is what is decided for each cluster, and why.
	Status v1alpha1.ReplicaSchedulingPreferenceStatus
}

// PreviewOf works out, without any request, what a Controller would make of a
// preference. The error says why it would divide nothing, and how to mend that.
func PreviewOf(ctx context.Context, r PreviewRequest) (Preview, error) {
	s, err := r.subject()
	if err != nil {
		return Preview{}, err
	}
	q, err := s.question(r.Members, r.Now.UTC().Truncate(time.Second))
	if err != nil {
		return Preview{}, err
	}
	o, err := decide(ctx, s, q)
	if err != nil {
		return Preview{}, err
	}
	w, err := o.wish(ctx)
	if err != nil {
		return Preview{}, err
	}
	return Preview{Object: s.editOf(w).of(s.object), Status: o.status()}, nil
}

// subject is what the preference is about.
func (r PreviewRequest) subject() (subject, error) {
	if r.Preference == nil || r.Object == nil || r.Config == nil {
		return subject{}, errors.New("preference: a PreviewRequest needs Preference, Object and Config")
	}
	s := subject{ReplicaSchedulingPreference: r.Preference, config: r.Config.WithDefaults()}
	if !carried(s.config) {
		return s, troublef(v1alpha1.TargetNotEnabled, "spec.targetKind: objects of kind %s are not carried to the clusters", r.Object.GetKind())
	}
	spec, err := federatedkind.SpecOf(r.Object)
	if err != nil {
		return s, troublef(v1alpha1.InvalidTarget, "%s: %s", r.Object.GetKind(), err)
	}
	s.declared = declared{object: r.Object, spec: spec}
	if err := s.divide(r.Scale); err != nil {
		return s, err
	}
	choosers, err := r.choosers(s)
	if err != nil {
		return s, err
	}
	s.clusters, err = candidates(r.Members, choosers)
	return s, err
}

// choosers are the selectors that count beside the preference.
func (r PreviewRequest) choosers(s subject) ([]chooser, error) {
	switch {
	case !s.Spec.IntersectWithClusterSelector:
		return nil, nil
	case r.Namespace == nil:
		return []chooser{s.own()}, nil
	}
	spec, err := federatedkind.SpecOf(r.Namespace)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Namespace.GetKind(), r.Namespace.GetName(), err)
	}
	return []chooser{s.own(), {by: r.Namespace.GetKind() + " " + r.Namespace.GetNamespace(), selector: spec.Placement.ClusterSelector}}, nil
}

// of is an object with the edit made.
func (e edit) of(object *unstructured.Unstructured) *unstructured.Unstructured {
	edited := object.DeepCopy()
	spec, _ := edited.Object["spec"].(map[string]any)
	if spec == nil {
		spec = map[string]any{}
	}
	for field, value := range e.spec {
		before, isObject := spec[field].(map[string]any)
		change, too := value.(map[string]any)
		if isObject && too {
			maps.Copy(before, change)
			continue
		}
		spec[field] = value
	}
	edited.Object["spec"] = spec
	edited.SetAnnotations(e.noted(edited.GetAnnotations()))
	return edited
}

// noted are annotations with the edit made; they may be changed for that.
func (e edit) noted(notes map[string]string) map[string]string {
	for name, value := range e.notes {
		delete(notes, name)
		if text, set := value.(string); set {
			if notes == nil {
				notes = map[string]string{}
			}
			notes[name] = text
		}
	}
	return notes
}

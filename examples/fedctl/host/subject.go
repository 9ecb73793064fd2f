package host

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation/federated"
)

// Federation is what the host says of the federation as a whole.
type Federation struct {
	Config  *corev1beta1.KubeFedConfig // with defaults; of scope Cluster where there is none
	Types   []Type
	Members []Member
}

// Federation reads it. That members which fetch cannot be read is a note: it is the
// second value.
func (h *Host) Federation(ctx context.Context) (f Federation, note error, err error) {
	if f.Config, err = h.settings(ctx); err != nil {
		return f, nil, err
	}
	if f.Types, err = h.Types(ctx); err != nil {
		return f, nil, err
	}
	f.Members, err = h.Members(ctx)
	if f.Members != nil {
		return f, err, nil
	}
	return f, nil, err
}

func (h *Host) settings(ctx context.Context) (*corev1beta1.KubeFedConfig, error) {
	config := &corev1beta1.KubeFedConfig{Spec: corev1beta1.KubeFedConfigSpec{Scope: federation.ClusterScoped}}
	object, err := h.Dynamic.Resource(corev1beta1.KubeFedConfigs()).Namespace(h.Namespace).Get(ctx, corev1beta1.ConfigName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return config.WithDefaults(), nil
	case err != nil:
		return nil, fmt.Errorf("host: KubeFedConfig %s in namespace %s: %w", corev1beta1.ConfigName, h.Namespace, err)
	}
	err = runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, config)
	return config.WithDefaults(), err
}

// Subject is a federated object of a type with what decides on it. It takes
// FederatedNamespaces among those that are given before those of the host.
func (h *Host) Subject(ctx context.Context, f Federation, t Type, object *unstructured.Unstructured, given ...*unstructured.Unstructured) (subject.Subject, error) {
	s := subject.Subject{Object: object, Config: t.FederatedTypeConfig, Members: ClusterSet(f.Members)}
	if t.Spec.Propagation != corev1beta1.Enabled || t.DeletionTimestamp != nil {
		s.Notes = append(s.Notes, fmt.Sprintf("objects of type %s are not carried now: set spec.propagation of its FederatedTypeConfig to Enabled", t.Name))
	}
	if t.IsNamespaces() || t.Spec.TargetType.Scope == federation.ClusterScoped {
		return s, nil
	}
	namespace := object.GetNamespace()
	var err error
	if s.Preference, err = h.PreferenceOf(ctx, object); err != nil {
		return s, err
	}
	i := slices.IndexFunc(f.Types, Type.IsNamespaces)
	if i < 0 {
		return s, nil
	}
	if s.Namespace, err = h.namespaceOf(ctx, f.Types[i], namespace, given); err != nil {
		return s, err
	}
	s.Bounds, err = boundsOf(f, f.Types[i], namespace, s.Namespace)
	return s, err
}

// namespaceOf is the FederatedNamespace of a namespace; nil when there is none.
func (h *Host) namespaceOf(ctx context.Context, t Type, namespace string, given []*unstructured.Unstructured) (*unstructured.Unstructured, error) {
	for _, o := range given {
		if o.GetKind() == t.Spec.FederatedType.Kind && o.GetNamespace() == namespace && o.GetName() == namespace {
			return o, nil
		}
	}
	object, err := h.Federated(t, namespace).Get(ctx, namespace, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("host: %s %s: %w", t.Spec.FederatedType.Kind, namespace, err)
	}
	return object, nil
}

// boundsOf are the bounds that a FederatedNamespace sets, or that there is none.
func boundsOf(f Federation, t Type, namespace string, object *unstructured.Unstructured) ([]placement.Bound, error) {
	switch {
	case object == nil && f.Config.Spec.Scope == federation.NamespaceScoped:
		return nil, nil
	case object == nil:
		return []placement.Bound{{By: fmt.Sprintf("%s %s/%s", t.Spec.FederatedType.Kind, namespace, namespace)}}, nil
	}
	bound, err := federated.BoundOf(object)
	return []placement.Bound{bound}, err
}

// PreferenceOf is the ReplicaSchedulingPreference that divides an object; nil when
// none does.
func (h *Host) PreferenceOf(ctx context.Context, object *unstructured.Unstructured) (*v1alpha1.ReplicaSchedulingPreference, error) {
	found, err := h.Dynamic.Resource(v1alpha1.ReplicaSchedulingPreferences()).Namespace(object.GetNamespace()).Get(ctx, object.GetName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("host: ReplicaSchedulingPreference %s/%s: %w", object.GetNamespace(), object.GetName(), err)
	}
	p, err := As[v1alpha1.ReplicaSchedulingPreference](found)
	if err != nil {
		return nil, err
	}
	if p.Spec.TargetKind != object.GetKind() {
		return nil, nil // it divides another object of that name
	}
	return p, nil
}

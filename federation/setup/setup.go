// Package setup prepares a host and its members for a federation: it installs
// the definitions, enables types, and lets clusters join and leave. Every step
// may be taken again, and then changes only what is missing or different.
package setup

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/crds"
)

// fieldManager owns what this package writes.
const fieldManager = "fedrail-setup"

// Host is the cluster that has the federation's objects.
type Host struct {
	Config    *rest.Config // of an administrator
	Namespace string       // the system namespace of the federation
	// Scope is what Install writes into the KubeFedConfig; empty leaves it as it
	// is, and where there is none the federation is of scope Cluster. In one of
	// scope Namespaced nobody gets rights on objects outside of Namespace.
	Scope federation.Scope
	// Writing says whether what is asked for is done, or only tried; default Really.
	Writing Writing
	// Told is told of each object that was written, or that would be; nil is nobody.
	Told func(Change)
}

// Install makes the system namespace, the definitions of the kinds that every
// federation has, and a service account for the controller that may do what the
// controller does and no more. It returns when the host serves the kinds.
func (h Host) Install(ctx context.Context) error {
	definitions, err := crds.All()
	if err != nil {
		return err
	}
	w, err := h.writer()
	if err != nil {
		return err
	}
	if err := w.apply(ctx, placed{corev1.SchemeGroupVersion.WithResource("namespaces"), namespace(h.Namespace)}); err != nil {
		return err
	}
	ours, theirs := ofOthers(definitions)
	if err := w.define(ctx, ours...); err != nil {
		return err
	}
	if err := w.defineUnlessThere(ctx, theirs...); err != nil {
		return err
	}
	scope, err := h.settle(ctx, w)
	if err != nil {
		return err
	}
	return w.apply(ctx, h.controllerObjects(scope)...)
}

// Define installs further definitions on the host, and returns when it serves
// their kinds: those of custom resources that are to be federated.
func (h Host) Define(ctx context.Context, definitions ...*apiextensionsv1.CustomResourceDefinition) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	return w.define(ctx, definitions...)
}

func namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
	}
}

// Package setup prepares a host and its members for a federation: it installs
// the definitions, enables types, and lets clusters join and leave. Every step
// may be taken again, and then changes only what is missing or different.
package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/crds"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
)

// fieldManager owns what this package writes.
const fieldManager = "fedrail-setup"

const (
	establishPeriod  = 100 * time.Millisecond
	establishTimeout = 30 * time.Second
)

// Host is the cluster that has the federation's objects.
type Host struct {
	Config    *rest.Config // of an administrator
	Namespace string       // the system namespace of the federation
	// Scope is what Install writes into the KubeFedConfig; empty leaves it as it
	// is, and where there is none the federation is of scope Cluster. In one of
	// scope Namespaced nobody gets rights on objects outside of Namespace.
	Scope federation.Scope
}

// Install makes the system namespace, the definitions of the kinds that every
// federation has, and a service account for the controller that may do what the
// controller does and no more. It returns when the host serves the kinds.
func (h Host) Install(ctx context.Context) error {
	definitions, err := crds.All()
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	if err := apply(ctx, client.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")), namespace(h.Namespace)); err != nil {
		return err
	}
	ours, theirs := ofOthers(definitions)
	if err := define(ctx, client, ours...); err != nil {
		return err
	}
	if err := defineUnlessThere(ctx, client, theirs...); err != nil {
		return err
	}
	scope, err := h.settle(ctx, client)
	if err != nil {
		return err
	}
	for _, o := range h.controllerObjects(scope) {
		if err := apply(ctx, o.at(client), o.object); err != nil {
			return err
		}
	}
	return nil
}

// Define installs further definitions on the host, and returns when it serves
// their kinds: those of custom resources that are to be federated.
func (h Host) Define(ctx context.Context, definitions ...*apiextensionsv1.CustomResourceDefinition) error {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	return define(ctx, client, definitions...)
}

func namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
	}
}

// define applies the definitions and waits until their kinds are served.
func define(ctx context.Context, client dynamic.Interface, definitions ...*apiextensionsv1.CustomResourceDefinition) error {
	resource := client.Resource(customResourceDefinitions())
	for _, d := range definitions {
		d.TypeMeta = metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"}
		if err := apply(ctx, resource, d); err != nil {
			return err
		}
	}
	for _, d := range definitions {
		if err := awaitEstablished(ctx, resource, d.Name); err != nil {
			return err
		}
	}
	return nil
}

// ofOthers tells definitions of kinds that are ours from those of kinds of others,
// which are there where they have installed them.
func ofOthers(all []*apiextensionsv1.CustomResourceDefinition) (ours, theirs []*apiextensionsv1.CustomResourceDefinition) {
	for _, d := range all {
		if d.Spec.Group == externaldnsv1alpha1.Group {
			theirs = append(theirs, d)
		} else {
			ours = append(ours, d)
		}
	}
	return ours, theirs
}

// defineUnlessThere defines kinds that a cluster does not know yet.
func defineUnlessThere(ctx context.Context, client dynamic.Interface, definitions ...*apiextensionsv1.CustomResourceDefinition) error {
	var lacking []*apiextensionsv1.CustomResourceDefinition
	for _, d := range definitions {
		_, err := client.Resource(customResourceDefinitions()).Get(ctx, d.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			lacking = append(lacking, d)
		} else if err != nil {
			return fmt.Errorf("read definition %q: %w", d.Name, err)
		}
	}
	return define(ctx, client, lacking...)
}

func customResourceDefinitions() schema.GroupVersionResource {
	return apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions")
}

func awaitEstablished(ctx context.Context, definitions dynamic.ResourceInterface, name string) error {
	established := func(ctx context.Context) (bool, error) {
		found, err := definitions.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		return hasCondition(found, string(apiextensionsv1.Established)), nil
	}
	if err := wait.PollUntilContextTimeout(ctx, establishPeriod, establishTimeout, true, established); err != nil {
		return fmt.Errorf("CustomResourceDefinition %q is not served: %w", name, err)
	}
	return nil
}

func hasCondition(object *unstructured.Unstructured, kind string) bool {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions") // absent is none
	for _, c := range conditions {
		if condition, ok := c.(map[string]any); ok && condition["type"] == kind {
			return condition["status"] == string(metav1.ConditionTrue)
		}
	}
	return false
}

// apply makes the object be as it is given here; what is not said stays. Its
// status is not written.
func apply(ctx context.Context, resource dynamic.ResourceInterface, object metav1.Object) error {
	content, err := encode(object)
	if err != nil {
		return err
	}
	_, err = resource.Apply(ctx, object.GetName(), content, metav1.ApplyOptions{FieldManager: fieldManager, Force: true})
	if err != nil {
		return fmt.Errorf("apply %s %q: %w", content.GetKind(), object.GetName(), err)
	}
	return nil
}

func encode(object metav1.Object) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode %q: %w", object.GetName(), err)
	}
	content := &unstructured.Unstructured{}
	if err := content.UnmarshalJSON(body); err != nil {
		return nil, fmt.Errorf("encode %q: %w", object.GetName(), err)
	}
	unstructured.RemoveNestedField(content.Object, "status")
	unstructured.RemoveNestedField(content.Object, "metadata", "creationTimestamp")
	return content, nil
}

package setup

import (
	"context"
	"fmt"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"

	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
)

const (
	establishPeriod  = 100 * time.Millisecond
	establishTimeout = 30 * time.Second
)

// define applies the definitions and waits until their kinds are served.
func (w writer) define(ctx context.Context, definitions ...*apiextensionsv1.CustomResourceDefinition) error {
	for _, d := range definitions {
		d.TypeMeta = metav1.TypeMeta{APIVersion: apiextensionsv1.SchemeGroupVersion.String(), Kind: "CustomResourceDefinition"}
		if err := w.apply(ctx, placed{customResourceDefinitions(), d}); err != nil {
			return err
		}
	}
	if w.Writing != Really {
		return nil
	}
	for _, d := range definitions {
		if err := w.awaitEstablished(ctx, d.Name); err != nil {
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
func (w writer) defineUnlessThere(ctx context.Context, definitions ...*apiextensionsv1.CustomResourceDefinition) error {
	var lacking []*apiextensionsv1.CustomResourceDefinition
	for _, d := range definitions {
		there, err := w.has(ctx, d.Name)
		if err != nil {
			return err
		}
		if !there {
			lacking = append(lacking, d)
		}
	}
	return w.define(ctx, lacking...)
}

// has says whether a cluster has a definition. Nobody is asked when nothing is sent.
func (w writer) has(ctx context.Context, definition string) (bool, error) {
	if w.Writing == Nowhere {
		return false, nil
	}
	_, err := w.client.Resource(customResourceDefinitions()).Get(ctx, definition, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read definition %q: %w", definition, err)
	}
	return true, nil
}

func customResourceDefinitions() schema.GroupVersionResource {
	return apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions")
}

func (w writer) awaitEstablished(ctx context.Context, name string) error {
	established := func(ctx context.Context) (bool, error) {
		found, err := w.client.Resource(customResourceDefinitions()).Get(ctx, name, metav1.GetOptions{})
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

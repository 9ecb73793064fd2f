package host

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/client-go/dynamic"
)

// Applied is a federated object before and after a manifest is applied to the host.
type Applied struct {
	Before *unstructured.Unstructured // nil: there is none
	After  *unstructured.Unstructured
}

// Replaces says whether a field of the spec is another one afterwards.
func (a Applied) Replaces(field string) bool {
	if a.Before == nil {
		return true
	}
	before, _, _ := unstructured.NestedFieldNoCopy(a.Before.Object, "spec", field)
	after, _, _ := unstructured.NestedFieldNoCopy(a.After.Object, "spec", field)
	return !equality.Semantic.DeepEqual(before, after)
}

// TypeOf is the type that a federated object is of.
func (f Federation) TypeOf(object *unstructured.Unstructured) (Type, error) {
	kind := object.GroupVersionKind().GroupKind()
	for _, t := range f.Types {
		if of := t.Spec.FederatedType; (schema.GroupKind{Group: of.Group, Kind: of.Kind}) == kind {
			return t, nil
		}
	}
	return Type{}, fmt.Errorf("no type is federated as %s; these are: %s. \"fedctl enable\" adds one", kind, names(f.Types))
}

// Apply has the host work out, in a dry run, what a federated object is after its
// manifest was applied. What kubectl apply wrote is applied as it does that; else it is
// a server-side apply, by whoever made the last one.
func (h *Host) Apply(ctx context.Context, t Type, manifest *unstructured.Unstructured) (Applied, error) {
	objects := h.Federated(t, manifest.GetNamespace())
	before, err := objects.Get(ctx, manifest.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		after, err := create(ctx, objects, manifest)
		return Applied{After: after}, err
	}
	if err != nil {
		return Applied{}, err
	}
	a := Applied{Before: before}
	last, wrote := before.GetAnnotations()[corev1.LastAppliedConfigAnnotation]
	if wrote {
		a.After, err = merge(ctx, objects, before, manifest, []byte(last))
		return a, err
	}
	body, err := manifest.MarshalJSON()
	if err != nil {
		return a, err
	}
	force := true
	a.After, err = objects.Patch(ctx, manifest.GetName(), types.ApplyPatchType, body,
		metav1.PatchOptions{FieldManager: applier(before), Force: &force, DryRun: []string{metav1.DryRunAll}})
	return a, err
}

// create creates an object in a dry run. One whose namespace is not there yet is not
// judged: the namespace may be about to be created.
func create(ctx context.Context, objects dynamic.ResourceInterface, manifest *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	after, err := objects.Create(ctx, manifest, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if apierrors.IsNotFound(err) && manifest.GetNamespace() != "" {
		return manifest, nil
	}
	if err == nil {
		after.SetUID("") // that of the dry run, which nobody will see again
	}
	return after, err
}

// merge is what kubectl apply does to an object that it wrote before.
func merge(ctx context.Context, objects dynamic.ResourceInterface, before, manifest *unstructured.Unstructured, last []byte) (*unstructured.Unstructured, error) {
	now, err := json.Marshal(before.Object)
	if err != nil {
		return nil, err
	}
	wanted, err := json.Marshal(manifest.Object)
	if err != nil {
		return nil, err
	}
	patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch(last, wanted, now)
	if err != nil {
		return nil, fmt.Errorf("annotation %s: %w", corev1.LastAppliedConfigAnnotation, err)
	}
	return objects.Patch(ctx, manifest.GetName(), types.MergePatchType, patch, metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
}

// applier is who applied an object last; kubectl when nobody did.
func applier(o *unstructured.Unstructured) string {
	for _, m := range o.GetManagedFields() {
		if m.Operation == metav1.ManagedFieldsOperationApply && m.Subresource == "" {
			return m.Manager
		}
	}
	return "kubectl"
}

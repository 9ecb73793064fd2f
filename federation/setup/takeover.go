package setup

import (
	"context"
	"encoding/json"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/internal/fields"
)

// Redefine makes the definitions of federated kinds be those that [Host.Enable] would
// make, and leaves their FederatedTypeConfigs as they are. The controller's account gets
// the rights on kinds of another group than KubeFed's. It returns when the host serves
// the kinds.
func (h Host) Redefine(ctx context.Context, all ...Enabling) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	return w.redefine(ctx, all...)
}

// redefine has the host serve federated kinds, and lets the controller serve them.
func (w writer) redefine(ctx context.Context, all ...Enabling) error {
	definitions := make([]*apiextensionsv1.CustomResourceDefinition, len(all))
	for i, e := range all {
		definitions[i] = e.Definition
	}
	if err := w.define(ctx, definitions...); err != nil {
		return err
	}
	for _, d := range definitions {
		if err := w.letServe(ctx, d.Spec.Group); err != nil {
			return err
		}
	}
	return nil
}

// TakeOver makes what [Host.Install] and [Host.Redefine] wrote of definitions ours
// alone, where others wrote it before by other means than server-side apply: KubeFed's
// installers did. Otherwise what a later version of ours leaves out would stay. What
// others wrote beside stays theirs. Nothing else changes in a definition, and nothing is
// done unless Writing is Really.
func (h Host) TakeOver(ctx context.Context, all ...Enabling) error {
	definitions, err := crds.All()
	if err != nil {
		return err
	}
	for _, e := range all {
		definitions = append(definitions, e.Definition)
	}
	w, err := h.writer()
	if err != nil || w.Writing != Really {
		return err
	}
	for _, d := range definitions {
		if err := w.takeOver(ctx, d.Name); err != nil {
			return fmt.Errorf("take over CustomResourceDefinition %q: %w", d.Name, err)
		}
	}
	return nil
}

func (w writer) takeOver(ctx context.Context, definition string) error {
	resource := w.client.Resource(customResourceDefinitions())
	found, err := resource.Get(ctx, definition, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	entries := found.GetManagedFields()
	var others []string
	for _, e := range entries {
		others = append(others, e.Manager)
	}
	rest, shared := fields.Disown(entries, fields.Owned(entries, fieldManager), others)
	if !shared {
		return nil
	}
	body, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/resourceVersion", "value": found.GetResourceVersion()},
		{"op": "replace", "path": "/metadata/managedFields", "value": rest},
	})
	if err != nil {
		return err
	}
	_, err = resource.Patch(ctx, definition, types.JSONPatchType, body, metav1.PatchOptions{FieldManager: fieldManager})
	return err
}

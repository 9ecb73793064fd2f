package verbs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// free takes the federation's finalizer off the objects of a type whose config is gone.
// Our controller did so before it let the config go; KubeFed's did not, and none may
// have run.
func (d disabling) free(ctx context.Context) error {
	left, err := d.left(ctx)
	if err != nil {
		return err
	}
	freed := 0
	for i := range left {
		if !slices.Contains(left[i].GetFinalizers(), federatedkind.Finalizer) {
			continue
		}
		if err := d.freeOne(ctx, &left[i]); err != nil {
			return err
		}
		freed++
	}
	if freed > 0 {
		d.Tell("took the finalizer %s, which nobody serves any more, off %d objects", federatedkind.Finalizer, freed)
	}
	return nil
}

// freeOne leaves an object alone that changed meanwhile, and says so.
func (d disabling) freeOne(ctx context.Context, o *unstructured.Unstructured) error {
	rest := slices.DeleteFunc(o.GetFinalizers(), func(f string) bool { return f == federatedkind.Finalizer })
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"resourceVersion": o.GetResourceVersion(), "finalizers": rest}})
	if err != nil {
		return err
	}
	_, err = d.Federated(d.config, o.GetNamespace()).Patch(ctx, o.GetName(), types.MergePatchType, body, metav1.PatchOptions{})
	if err := ignoreNotFound(err); err != nil {
		return fmt.Errorf("take the finalizer off %s %q: %w; take it off by hand, for the FederatedTypeConfig is gone", o.GetKind(), nameOf(o), err)
	}
	return nil
}

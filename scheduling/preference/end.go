package preference

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// claim has a preference not vanish before what was written because of it is taken
// back, if that is asked for. It says whether it wrote that.
func (c *Controller) claim(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference) (wrote bool, err error) {
	wanted, claimed := p.Spec.OnDelete == v1alpha1.DeleteReset, isClaimed(p)
	if wanted == claimed {
		return false, nil
	}
	others := withoutOurs(p.Finalizers)
	if wanted {
		others = append(others, v1alpha1.Finalizer)
	}
	return true, c.setFinalizers(ctx, p, others)
}

func isClaimed(p *v1alpha1.ReplicaSchedulingPreference) bool {
	return slices.Contains(p.Finalizers, v1alpha1.Finalizer)
}

func withoutOurs(finalizers []string) []string {
	return slices.DeleteFunc(slices.Clone(finalizers), func(f string) bool { return f == v1alpha1.Finalizer })
}

func (c *Controller) setFinalizers(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference, list []string) error {
	_, err := c.patch(ctx, preferences(), p, map[string]any{"metadata": map[string]any{"finalizers": list}})
	return err
}

// end takes back what was written because of a preference that is being deleted,
// where it asks for that, and lets it go.
func (c *Controller) end(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference) error {
	if !isClaimed(p) {
		return nil
	}
	config, d, err := c.declared(p)
	_, nothingThere := errors.AsType[*trouble](err)
	switch {
	case err != nil && !nothingThere:
		return err
	case err == nil && c.memory.of(propagation.KeyOf(p)).isBehind(d.object):
		return nil
	case err == nil && p.Spec.OnDelete == v1alpha1.DeleteReset:
		if err := c.amend(ctx, config.Spec.FederatedType.Type(), d, d.reset(p.Status.Fields)); err != nil {
			return err
		}
		c.memory.of(propagation.KeyOf(p)).kind = nil
	}
	return c.setFinalizers(ctx, p, withoutOurs(p.Finalizers))
}

// reset is what takes back what was written of some fields: the overrides and,
// where there is a selector, the list of clusters.
func (d declared) reset(fields []string) edit {
	spec, _ := d.object.Object["spec"].(map[string]any)
	overrides, _ := spec["overrides"].([]any)
	change := d.weighNoMore()
	change.spec = map[string]any{}
	if now := (wish{ours: fields}).override(overrides); !same(overrides, now) {
		change.spec["overrides"] = now
	}
	if d.spec.Placement.ClusterSelector != nil && d.spec.Placement.Clusters != nil {
		change.spec["placement"] = map[string]any{"clusters": nil}
	}
	return change
}

// leave has taints count again where the object of a preference that is gone is
// placed. All else that was written stays.
func (c *Controller) leave(ctx context.Context, key propagation.Key) error {
	kind := c.memory.of(key).kind
	if kind == nil {
		return nil
	}
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{federatedkind.TaintsAnnotation: nil}}})
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	_, err = c.Writer.Resource(kind.GroupVersionResource()).Namespace(key.Namespace).Patch(ctx, key.Name, types.MergePatchType, body, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

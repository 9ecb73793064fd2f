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

	"github.com/fedrail/fedrail/federation"
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
		kind := config.Spec.FederatedType.Type()
		if err := c.amend(ctx, kind, d, d.reset(p.Status.Fields)); err != nil {
			return err
		}
		c.memory.unmark(propagation.KeyOf(p), kind)
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

// leave has taints count again where federated objects of that key are placed of
// which no preference says how they are divided: all but that of one type, and all
// where that is zero. All else that was written stays.
func (c *Controller) leave(ctx context.Context, key propagation.Key, but federation.Type) error {
	for _, t := range c.memory.marks(key) {
		if t == but {
			continue
		}
		if err := c.weighNoMore(ctx, key, t); err != nil {
			return err
		}
		c.memory.unmark(key, t)
	}
	return nil
}

// weighNoMore takes off what says that taints are weighed here.
func (c *Controller) weighNoMore(ctx context.Context, key propagation.Key, t federation.Type) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{federatedkind.TaintsAnnotation: nil}}})
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	_, err = c.Writer.Resource(t.GroupVersionResource()).Namespace(key.Namespace).Patch(ctx, key.Name, types.MergePatchType, body, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

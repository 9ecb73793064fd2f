package preference

import (
	"context"
	"errors"
	"slices"

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
	return c.patch(ctx, preferences(), p, map[string]any{"metadata": map[string]any{"finalizers": list}})
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
	}
	return c.setFinalizers(ctx, p, withoutOurs(p.Finalizers))
}

// reset is what takes back what was written of some fields: the overrides and,
// where there is a selector, the list of clusters.
func (d declared) reset(fields []string) edit {
	spec, _ := d.object.Object["spec"].(map[string]any)
	overrides, _ := spec["overrides"].([]any)
	change := edit{}
	if now := (wish{ours: fields}).override(overrides); !same(overrides, now) {
		change["overrides"] = now
	}
	if d.spec.Placement.ClusterSelector != nil && d.spec.Placement.Clusters != nil {
		change["placement"] = map[string]any{"clusters": nil}
	}
	return change
}

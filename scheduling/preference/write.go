package preference

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// isBehind says of an object that what was written last is not seen yet. Each
// write replaces exactly the version that it was made from.
func (r *recollection) isBehind(o metav1.Object) bool {
	return r.written[o.GetUID()] == o.GetResourceVersion()
}

// patch changes an object on the host, unless it has changed since it was read:
// then the answer is a conflict.
func (c *Controller) patch(ctx context.Context, of federation.Type, o metav1.Object, change map[string]any, subresource ...string) error {
	owned := map[string]any{"uid": o.GetUID(), "resourceVersion": o.GetResourceVersion()}
	if more, has := change["metadata"].(map[string]any); has {
		maps.Copy(owned, more)
	}
	change = maps.Clone(change)
	change["metadata"] = owned
	body, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	answer, err := c.Writer.Resource(of.GroupVersionResource()).Namespace(o.GetNamespace()).
		Patch(ctx, o.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, subresource...)
	switch {
	case apierrors.IsNotFound(err):
		return nil // its end will be seen
	case err != nil:
		return fmt.Errorf("%s %s/%s: %w", of, o.GetNamespace(), o.GetName(), err)
	case answer.ResourceVersion != o.GetResourceVersion():
		c.memory.of(propagation.KeyOf(o)).written[o.GetUID()] = o.GetResourceVersion()
	}
	return nil
}

// amend changes a federated object, if something has to change. That the host
// refuses it is a [*trouble].
func (c *Controller) amend(ctx context.Context, of federation.Type, d declared, change edit) error {
	if len(change) == 0 {
		return nil
	}
	err := c.patch(ctx, of, d.object, map[string]any{"spec": map[string]any(change)})
	if apierrors.IsForbidden(err) || apierrors.IsInvalid(err) {
		return troublef(v1alpha1.NotWritten, "%s", err)
	}
	return err
}

// tell writes the status, if it has changed, and events of what has.
func (c *Controller) tell(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference, now v1alpha1.ReplicaSchedulingPreferenceStatus) error {
	if equality.Semantic.DeepEqual(p.Status, now) {
		return nil
	}
	change, err := changeOf(p.Status, now)
	if err != nil {
		return err
	}
	if err := c.patch(ctx, preferences(), p, map[string]any{"status": change}, "status"); err != nil {
		return err
	}
	c.report(p, now)
	return nil
}

// changeOf is the status now, as a merge over the one before: what is absent now is
// null.
func changeOf(before, now v1alpha1.ReplicaSchedulingPreferenceStatus) (map[string]any, error) {
	was, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&before)
	if err != nil {
		return nil, fmt.Errorf("encode status: %w", err)
	}
	change, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&now)
	if err != nil {
		return nil, fmt.Errorf("encode status: %w", err)
	}
	for field := range was {
		if _, still := change[field]; !still {
			change[field] = nil
		}
	}
	return change, nil
}

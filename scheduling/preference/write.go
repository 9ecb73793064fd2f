package preference

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/sources"
	"github.com/fedrail/fedrail/propagation"
)

// isBehind says of an object that what was written last is not seen yet. Each
// write replaces exactly the version that it was made from.
func (r *recollection) isBehind(o metav1.Object) bool {
	return r.written[o.GetUID()] == o.GetResourceVersion()
}

// patch changes an object on the host, unless it has changed since it was read:
// then the answer is a conflict. It says whether the object is another one now.
func (c *Controller) patch(ctx context.Context, of federation.Type, o metav1.Object, change map[string]any, subresource ...string) (changed bool, err error) {
	owned := map[string]any{"uid": o.GetUID(), "resourceVersion": o.GetResourceVersion()}
	if more, has := change["metadata"].(map[string]any); has {
		maps.Copy(owned, more)
	}
	change = maps.Clone(change)
	change["metadata"] = owned
	body, err := json.Marshal(change)
	if err != nil {
		return false, fmt.Errorf("encode patch: %w", err)
	}
	answer, err := c.Writer.Resource(of.GroupVersionResource()).Namespace(o.GetNamespace()).
		Patch(ctx, o.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, subresource...)
	switch {
	case apierrors.IsNotFound(err):
		return true, nil // its end will be seen
	case err != nil:
		return false, fmt.Errorf("%s %s/%s: %w", of, o.GetNamespace(), o.GetName(), err)
	case answer.ResourceVersion == o.GetResourceVersion():
		return false, nil
	}
	c.memory.of(propagation.KeyOf(o)).written[o.GetUID()] = o.GetResourceVersion()
	return true, nil
}

// amend changes a federated object, if something has to change. That the host
// refuses it is a [*trouble].
func (c *Controller) amend(ctx context.Context, of federation.Type, d declared, change edit) error {
	if change.isEmpty() {
		return nil
	}
	body := map[string]any{}
	if len(change.spec) > 0 {
		body["spec"] = change.spec
	}
	if len(change.notes) > 0 {
		body["metadata"] = map[string]any{"annotations": change.notes}
	}
	_, err := c.patch(ctx, of, d.object, body)
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
	change, err := sources.Change(&p.Status, &now)
	if err != nil {
		return err
	}
	kept, err := c.patch(ctx, preferences(), p, map[string]any{"status": change}, "status")
	if err != nil {
		return err
	}
	c.note(ctx, p, now, kept)
	c.report(p, now)
	return nil
}

// note remembers a status that the host did not keep, for its definition of the
// kind knows none, as KubeFed's does.
func (c *Controller) note(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference, now v1alpha1.ReplicaSchedulingPreferenceStatus, kept bool) {
	mind := c.memory.of(propagation.KeyOf(p))
	if kept {
		mind.unkept = nil
		return
	}
	if mind.unkept == nil {
		logr.FromContextOrDiscard(ctx).Info("the host keeps no status of preferences: install the new definition of the kind", "namespace", p.Namespace, "name", p.Name)
	}
	mind.unkept = &now
}

package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// apply makes the request for one copy. What is there already is forced.
func (l *bareLoop) apply(p phase) func(context.Context, int, *item) error {
	force := p == updating
	return func(ctx context.Context, m int, it *item) error {
		body, err := json.Marshal(l.copyOf(it.object.GetName(), it.object.GetUID(), p))
		if err != nil {
			return err
		}
		o := metav1.PatchOptions{FieldManager: "fedrail", Force: &force}
		_, err = l.members[m].copies.Patch(ctx, it.object.GetName(), types.ApplyPatchType, body, o)
		return err
	}
}

// copyOf is an object as a member should hold it. Its annotation stands for the
// controller's record of the parent and of what was applied.
func (l *bareLoop) copyOf(name string, parent types.UID, p phase) map[string]any {
	object := template(p)
	object["apiVersion"], object["kind"] = configMaps().Version, configMaps().Kind
	object["metadata"] = map[string]any{
		"name": name, "namespace": l.namespace,
		"labels":      map[string]any{"app": "bench", l.mark: "true"},
		"annotations": map[string]any{"fedrail.io/origin": string(parent) + "/" + strings.Repeat("0", 16)},
	}
	return object
}

func (l *bareLoop) remove(ctx context.Context, m int, it *item) error {
	o := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &it.copies[m]}}
	return l.members[m].copies.Delete(ctx, it.object.GetName(), o)
}

func (l *bareLoop) hold(ctx context.Context, it *item) error {
	return l.setFinalizers(ctx, it, []string{federatedkind.Finalizer})
}

func (l *bareLoop) release(ctx context.Context, it *item) error {
	return l.setFinalizers(ctx, it, []string{})
}

func (l *bareLoop) setFinalizers(ctx context.Context, it *item, finalizers []string) error {
	return l.patch(ctx, it, map[string]any{"metadata": map[string]any{
		"uid": it.object.GetUID(), "resourceVersion": it.object.GetResourceVersion(), "finalizers": finalizers,
	}})
}

func (l *bareLoop) report(ctx context.Context, it *item) error {
	facts := status.Facts{Generation: it.object.GetGeneration()}
	for _, m := range l.members {
		facts.Observations = append(facts.Observations, status.Observation{Cluster: m.name})
	}
	return l.patch(ctx, it, map[string]any{
		"metadata": map[string]any{"uid": it.object.GetUID()},
		"status":   written(status.KubeFed{}.Aggregate(facts)),
	}, "status")
}

// written is the summary as the controller stores it.
func written(s status.Summary) federatedkind.Status {
	now := metav1.NewTime(time.Now().UTC().Truncate(time.Second))
	out := federatedkind.Status{ObservedGeneration: s.Generation}
	for _, c := range s.Conditions {
		out.Conditions = append(out.Conditions, federatedkind.Condition{
			Type: c.Type, Status: metav1.ConditionStatus(c.Status), Reason: c.Reason, Message: c.Message,
			ObservedGeneration: s.Generation, LastUpdateTime: now, LastTransitionTime: now,
		})
	}
	for _, c := range s.Clusters {
		out.Clusters = append(out.Clusters, federatedkind.ClusterStatus{Name: string(c.Cluster)})
	}
	return out
}

func (l *bareLoop) patch(ctx context.Context, it *item, change map[string]any, subresource ...string) error {
	body, err := json.Marshal(change)
	if err != nil {
		return err
	}
	_, err = l.host.Patch(ctx, it.object.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, subresource...)
	return err
}

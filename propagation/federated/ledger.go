package federated

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Hold implements [propagation.Ledger] with KubeFed's finalizer.
func (s *Objects) Hold(ctx context.Context, in propagation.Intent) error {
	err := s.setFinalizers(ctx, in, func(list []string) []string { return append(list, federatedkind.Finalizer) })
	if apierrors.IsNotFound(err) {
		return propagation.ErrGone
	}
	return err
}

// Release implements [propagation.Ledger].
func (s *Objects) Release(ctx context.Context, in propagation.Intent) error {
	err := s.setFinalizers(ctx, in, func(list []string) []string {
		return slices.DeleteFunc(list, func(f string) bool { return f == federatedkind.Finalizer })
	})
	if errors.Is(err, propagation.ErrGone) || apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// setFinalizers writes the finalizers, unless the object has changed since it
// was read: then the answer is a conflict, and nobody's finalizer is lost.
func (s *Objects) setFinalizers(ctx context.Context, in propagation.Intent, edit func([]string) []string) error {
	object, found := s.find(in.Key)
	if !found || object.GetUID() != in.Parent {
		return propagation.ErrGone
	}
	return s.patch(ctx, object, map[string]any{"metadata": map[string]any{
		"uid":             object.GetUID(),
		"resourceVersion": object.GetResourceVersion(),
		"finalizers":      edit(slices.Clone(object.GetFinalizers())),
	}})
}

// Report implements [propagation.Ledger].
func (s *Objects) Report(ctx context.Context, in propagation.Intent, summary status.Summary) error {
	object, found := s.find(in.Key)
	if !found || object.GetUID() != in.Parent {
		return nil
	}
	before, _ := federatedkind.StatusOf(object) // one that cannot be read is replaced
	err := s.patch(ctx, object, map[string]any{
		"metadata": map[string]any{"uid": object.GetUID()},
		"status":   written(summary, before, metav1.NewTime(time.Now().UTC().Truncate(time.Second))),
	}, "status")
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (s *Objects) patch(ctx context.Context, object *unstructured.Unstructured, change map[string]any, subresource ...string) error {
	body, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	var resource metadata.ResourceInterface = s.Writer.Resource(s.Federated.GroupVersionResource())
	if s.Federated.Scope == federation.NamespaceScoped {
		resource = s.Writer.Resource(s.Federated.GroupVersionResource()).Namespace(object.GetNamespace())
	}
	_, err = resource.Patch(ctx, object.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, subresource...)
	return err
}

// written is the summary as it is stored, with the times that have not changed
// since before. Lists are always there, so that a merge replaces them, and what is
// there no more is null.
func written(summary status.Summary, before federatedkind.Status, now metav1.Time) map[string]any {
	stored := StatusOf(summary)
	for i, c := range stored.Conditions {
		stored.Conditions[i].LastUpdateTime, stored.Conditions[i].LastTransitionTime = now, transition(c, before, now)
	}
	return map[string]any{
		"observedGeneration": stored.ObservedGeneration,
		"conditions":         stored.Conditions,
		"clusters":           stored.Clusters,
		"totals":             status.TotalsPatch(summary.Totals, before.Totals),
		"worst":              summary.Worst.Patch(),
	}
}

func transition(c federatedkind.Condition, before federatedkind.Status, now metav1.Time) metav1.Time {
	for _, old := range before.Conditions {
		if old.Type == c.Type && old.Status == c.Status && !old.LastTransitionTime.IsZero() {
			return old.LastTransitionTime
		}
	}
	return now
}

// Record implements [propagation.Recorder].
func (s *Objects) Record(in propagation.Intent, e propagation.Event) {
	if object, found := s.find(in.Key); found {
		s.event(object, e)
	}
}

func (s *Objects) event(object *unstructured.Unstructured, e propagation.Event) {
	if s.Events != nil {
		s.Events.Event(object, e.Type, e.Reason, e.Message)
	}
}

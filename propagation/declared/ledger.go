package declared

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

var (
	_ propagation.Ledger   = (*Objects[*unstructured.Unstructured])(nil)
	_ propagation.Recorder = (*Objects[*unstructured.Unstructured])(nil)
)

// Hold implements [propagation.Ledger] with the finalizer.
func (s *Objects[T]) Hold(ctx context.Context, in propagation.Intent) error {
	return s.setFinalizers(ctx, in, func(others []string) []string { return append(others, s.options.Finalizer) })
}

// Release implements [propagation.Ledger].
func (s *Objects[T]) Release(ctx context.Context, in propagation.Intent) error {
	return unlessGone(s.setFinalizers(ctx, in, func(others []string) []string { return others }))
}

// unlessGone is the error of a write, except that what is gone needs none.
func unlessGone(err error) error {
	if errors.Is(err, propagation.ErrGone) {
		return nil
	}
	return err
}

// setFinalizers writes what is made of the finalizers of others, unless the
// object has changed since it was read: then the answer is a conflict, and
// nobody's finalizer is lost.
func (s *Objects[T]) setFinalizers(ctx context.Context, in propagation.Intent, list func(others []string) []string) error {
	object, found, err := s.declarer(in)
	switch {
	case err != nil:
		return err
	case !found:
		return propagation.ErrGone
	}
	others := slices.DeleteFunc(slices.Clone(object.GetFinalizers()), func(f string) bool { return f == s.options.Finalizer })
	return s.patch(ctx, in, map[string]any{"metadata": map[string]any{
		"uid":             in.Parent,
		"resourceVersion": object.GetResourceVersion(),
		"finalizers":      list(others),
	}})
}

// Report implements [propagation.Ledger].
func (s *Objects[T]) Report(ctx context.Context, in propagation.Intent, summary status.Summary) error {
	object, found, err := s.declarer(in)
	if !found || err != nil {
		return err
	}
	written, err := written(summary, s.options.Status(object))
	if err != nil {
		return err
	}
	return unlessGone(s.patch(ctx, in, map[string]any{"metadata": map[string]any{"uid": in.Parent}, "status": written}, "status"))
}

// Record implements [propagation.Recorder].
func (s *Objects[T]) Record(in propagation.Intent, e propagation.Event) {
	if s.options.Events == nil {
		return
	}
	s.options.Events(&corev1.ObjectReference{
		APIVersion: s.options.Type.GroupVersionKind().GroupVersion().String(), Kind: s.options.Type.Kind,
		Namespace: in.Key.Namespace, Name: in.Key.Name, UID: in.Parent,
	}, e)
}

// declarer returns the object that an intent came from, and false when that is
// gone, or another one by now.
func (s *Objects[T]) declarer(in propagation.Intent) (T, bool, error) {
	object, found, err := s.find(in.Key)
	return object, found && object.GetUID() == in.Parent, err
}

func (s *Objects[T]) patch(ctx context.Context, in propagation.Intent, change map[string]any, subresource ...string) error {
	body, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	objects := s.options.Client.Resource(s.options.Type.GroupVersionResource())
	var there dynamic.ResourceInterface = objects
	if s.options.Type.Scope == federation.NamespaceScoped {
		there = objects.Namespace(in.Key.Namespace)
	}
	_, err = there.Patch(ctx, in.Key.Name, types.MergePatchType, body, metav1.PatchOptions{}, subresource...)
	if apierrors.IsNotFound(err) {
		return propagation.ErrGone
	}
	return err
}

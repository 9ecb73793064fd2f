package federated

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Serving says which of the federated objects are served.
type Serving string

// The values of a Serving.
const (
	// ServeAll serves every object.
	ServeAll Serving = ""
	// ServeDeletions serves the objects that are being deleted, and takes no
	// notice of the others: their copies stay as they are. So a type whose
	// propagation is disabled leaves no finalizer that nobody takes off.
	ServeDeletions Serving = "Deletions"
)

// isClaimed says of a config that objects of its type may have our finalizer.
func isClaimed(config *corev1beta1.FederatedTypeConfig) bool {
	return slices.Contains(config.Finalizers, corev1beta1.TypeConfigFinalizer)
}

// claim has the config not vanish before our finalizers are off the objects of
// its type.
func (t *Types) claim(ctx context.Context, config *corev1beta1.FederatedTypeConfig) error {
	if isClaimed(config) {
		return nil
	}
	return t.patch(ctx, config, map[string]any{"metadata": map[string]any{
		"resourceVersion": config.ResourceVersion,
		"finalizers":      append(slices.Clone(config.Finalizers), corev1beta1.TypeConfigFinalizer),
	}})
}

// sweeping serves deletions, and beside that takes our finalizer off all other
// objects of a config that is being deleted.
func (t *Types) sweeping(config *corev1beta1.FederatedTypeConfig, serve func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		var sweeping sync.WaitGroup
		defer sweeping.Wait()
		sweeping.Go(func() {
			if t.sweep(ctx, config.Spec.FederatedType.Type()) {
				t.noteSwept(config)
				t.again()
			}
		})
		return serve(ctx)
	}
}

func (t *Types) noteSwept(config *corev1beta1.FederatedTypeConfig) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.swept[config.Name] = string(config.UID)
}

// isSwept says of a config that no object of its type has our finalizer.
func (t *Types) isSwept(config *corev1beta1.FederatedTypeConfig) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.swept[config.Name] == string(config.UID)
}

// sweepPause is the time between two looks at the objects of a type that is not
// federated any more.
const sweepPause = time.Second

// sweep takes our finalizer off the objects of a type, for nobody will serve
// them. Those that are being deleted are still served: it waits for them. It
// says whether none is left; else ctx has ended.
func (t *Types) sweep(ctx context.Context, kind federation.Type) bool {
	for {
		left, err := t.sweepOnce(ctx, kind)
		switch {
		case err != nil && ctx.Err() == nil:
			logr.FromContextOrDiscard(ctx).Info("trying again later", "type", kind.String(), "reason", err.Error())
		case err == nil && left == 0:
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(sweepPause):
		}
	}
}

// sweepOnce returns how many objects have our finalizer still.
func (t *Types) sweepOnce(ctx context.Context, kind federation.Type) (left int, err error) {
	objects := t.Writer.Resource(kind.GroupVersionResource())
	o := metav1.ListOptions{Limit: 500}
	for {
		list, err := objects.Namespace(t.onlyNamespace()).List(ctx, o)
		switch {
		case apierrors.IsNotFound(err):
			return 0, nil // the definition is gone, and all objects with it
		case err != nil:
			return 0, fmt.Errorf("list %s: %w", kind, err)
		}
		for i := range list.Items {
			object := &list.Items[i]
			if !slices.Contains(object.Finalizers, federatedkind.Finalizer) {
				continue
			}
			left++
			if err := unhold(ctx, objects.Namespace(object.Namespace), object); err != nil {
				return left, fmt.Errorf("%s %s/%s: %w", kind, object.Namespace, object.Name, err)
			}
		}
		if o.Continue = list.Continue; o.Continue == "" {
			return left, nil
		}
	}
}

// unhold takes our finalizer off an object that is not being deleted. One that
// has changed meanwhile is looked at again later.
func unhold(ctx context.Context, client metadata.ResourceInterface, object *metav1.PartialObjectMetadata) error {
	if object.DeletionTimestamp != nil {
		return nil
	}
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": object.UID, "resourceVersion": object.ResourceVersion,
		"finalizers": slices.DeleteFunc(object.Finalizers, func(f string) bool { return f == federatedkind.Finalizer }),
	}})
	if err != nil {
		return fmt.Errorf("encode patch: %w", err)
	}
	_, err = client.Patch(ctx, object.Name, types.MergePatchType, body, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}

package follow

import (
	"context"
	"fmt"
	"sync/atomic"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// host are the plain objects of a type on the host. Nothing is read before it was
// asked for.
type host struct {
	of       federation.Type
	informer cache.SharedIndexInformer
	wanted   chan struct{} // closed when it was asked for
	once     chan struct{} // holds one token until then
	refused  atomic.Bool   // the host does not let them be read
}

func newHost(o FollowedOptions) *host {
	objects := o.Client.Resource(o.Type.GroupVersionResource()).Namespace(o.Namespace)
	h := &host{of: o.Type, wanted: make(chan struct{}), once: make(chan struct{}, 1)}
	h.once <- struct{}{}
	h.informer = cache.NewSharedIndexInformer(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return objects.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return objects.Watch(ctx, o)
		},
	}, &unstructured.Unstructured{}, 0, cache.Indexers{})
	// Both can be set until the informer runs, which it does not yet.
	_ = h.informer.SetWatchErrorHandlerWithContext(func(ctx context.Context, r *cache.Reflector, err error) {
		h.refused.Store(apierrors.IsForbidden(err))
		cache.DefaultWatchErrorHandler(ctx, r, err)
	})
	_ = h.informer.SetTransform(func(obj any) (any, error) {
		if object, ok := obj.(*unstructured.Unstructured); ok {
			object.SetManagedFields(nil)
		}
		return obj, nil
	})
	return h
}

// begin has the objects read from now on.
func (h *host) begin() {
	select {
	case <-h.once:
		close(h.wanted)
	default:
	}
}

// begun says whether they were asked for.
func (h *host) begun() bool {
	select {
	case <-h.wanted:
		return true
	default:
		return false
	}
}

// get returns an object, and nil when there is none. The error is
// propagation.ErrNotListed until that is known.
func (h *host) get(key propagation.Key) (*unstructured.Unstructured, bool, error) {
	obj, found, err := h.informer.GetStore().GetByKey(key.String())
	switch {
	case err != nil:
		return nil, false, err
	case found:
		return obj.(*unstructured.Unstructured), true, nil
	case !h.informer.HasSynced():
		return nil, false, fmt.Errorf("%s on the host: %w", h.of, propagation.ErrNotListed)
	}
	return nil, false, nil
}

// run reads the objects once they are asked for, until ctx ends.
func (h *host) run(ctx context.Context, changed func(propagation.Key)) {
	select {
	case <-ctx.Done():
		return
	case <-h.wanted:
	}
	look := func(obj any) {
		if gone, late := obj.(cache.DeletedFinalStateUnknown); late {
			obj = gone.Obj
		}
		changed(propagation.KeyOf(obj.(metav1.Object)))
	}
	registration, err := h.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: look, UpdateFunc: func(_, now any) { look(now) }, DeleteFunc: look,
	})
	if err != nil {
		return // only an informer that has ended takes no handler
	}
	defer func() { _ = h.informer.RemoveEventHandler(registration) }()
	h.informer.RunWithContext(ctx)
}

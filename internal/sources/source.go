// Package sources keeps objects of the host in memory as they were last seen, for
// controllers that decide from them.
package sources

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/steady"
)

// Source is the objects of a type on the host, as they were last seen. Make it
// with [New]; it is safe for concurrent use.
type Source struct {
	of        federation.Type
	informer  cache.SharedIndexInformer
	listeners *[]cache.ResourceEventHandlerRegistration // fixed before it runs
}

// New makes a source that does not run. It reads one namespace or, when that is
// empty, all. When the host cannot be watched, the log says so.
func New(client dynamic.Interface, t federation.Type, namespace string) Source {
	informer := cache.NewSharedIndexInformer(
		steady.ListWatch(client.Resource(t.GroupVersionResource()).Namespace(namespace), troubled(t)),
		&unstructured.Unstructured{}, 0, cache.Indexers{})
	// A transform can be set until the informer runs, which it does not yet.
	_ = informer.SetTransform(func(obj any) (any, error) {
		if object, ok := obj.(*unstructured.Unstructured); ok {
			object.SetManagedFields(nil)
		}
		return obj, nil
	})
	return Source{of: t, informer: informer, listeners: &[]cache.ResourceEventHandlerRegistration{}}
}

// troubled logs that the host cannot be watched.
func troubled(t federation.Type) func(context.Context, error) {
	return func(ctx context.Context, reason error) {
		logr.FromContextOrDiscard(ctx).Info("host cannot be watched, what depends on it stays as it is", "type", t.String(), "reason", reason.Error())
	}
}

// Run reads the objects until ctx ends.
func (s Source) Run(ctx context.Context) { s.informer.RunWithContext(ctx) }

// HasSynced says whether all objects are known, and whoever listens was told of each.
func (s Source) HasSynced() bool {
	for _, l := range *s.listeners {
		if !l.HasSynced() {
			return false
		}
	}
	return s.informer.HasSynced()
}

// Wait waits until all objects of all sources are known, and is false when ctx
// ended before.
func Wait(ctx context.Context, all ...Source) bool {
	known := make([]cache.InformerSynced, len(all))
	for i, s := range all {
		known[i] = s.HasSynced
	}
	return cache.WaitForCacheSync(ctx.Done(), known...)
}

// OnChange has changed called with each object that comes, changes or goes; before
// is nil for one that comes, and now for one that goes. Neither must be changed.
// It is called before the source runs.
func (s Source) OnChange(changed func(before, now *unstructured.Unstructured)) error {
	listener, err := s.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(now any) { changed(nil, now.(*unstructured.Unstructured)) },
		UpdateFunc: func(before, now any) {
			changed(before.(*unstructured.Unstructured), now.(*unstructured.Unstructured))
		},
		DeleteFunc: func(obj any) {
			if gone, late := obj.(cache.DeletedFinalStateUnknown); late {
				obj = gone.Obj
			}
			changed(obj.(*unstructured.Unstructured), nil)
		},
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", s.of, err)
	}
	*s.listeners = append(*s.listeners, listener)
	return nil
}

// Get is the object of a key, "namespace/name", or the name alone where there is no
// namespace; false when there is none. It must not be changed.
func (s Source) Get(key string) (*unstructured.Unstructured, bool) {
	obj, found, err := s.informer.GetStore().GetByKey(key)
	if err != nil || !found {
		return nil, false
	}
	return obj.(*unstructured.Unstructured), true
}

// All are the objects, in no order. They must not be changed.
func (s Source) All() []*unstructured.Unstructured {
	list := s.informer.GetStore().List()
	all := make([]*unstructured.Unstructured, len(list))
	for i, obj := range list {
		all[i] = obj.(*unstructured.Unstructured)
	}
	return all
}

// Either is the one that is there, the latter if both are.
func Either(before, now *unstructured.Unstructured) *unstructured.Unstructured {
	if now == nil {
		return before
	}
	return now
}

// SameWish says whether two states of an object ask for the same.
func SameWish(before, now *unstructured.Unstructured) bool {
	return before != nil && now != nil && before.GetUID() == now.GetUID() && before.GetGeneration() == now.GetGeneration() &&
		(before.GetDeletionTimestamp() == nil) == (now.GetDeletionTimestamp() == nil)
}

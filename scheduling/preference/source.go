package preference

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/steady"
	"github.com/fedrail/fedrail/propagation"
)

// source is the objects of a type on the host, as they were last seen.
type source struct {
	of       federation.Type
	informer cache.SharedIndexInformer
}

// newSource makes a source that does not run. It reads one namespace or, when that
// is empty, all.
func newSource(client dynamic.Interface, t federation.Type, namespace string) source {
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
	return source{of: t, informer: informer}
}

// troubled logs that the host cannot be watched.
func troubled(t federation.Type) func(context.Context, error) {
	return func(ctx context.Context, reason error) {
		logr.FromContextOrDiscard(ctx).Info("host cannot be watched, replicas stay as they are", "type", t.String(), "reason", reason.Error())
	}
}

func preferences() federation.Type {
	return federation.Type{Group: v1alpha1.Group, Version: v1alpha1.Version, Kind: "ReplicaSchedulingPreference",
		Resource: "replicaschedulingpreferences", Scope: federation.NamespaceScoped}
}

func typeConfigs() federation.Type {
	return federation.Type{Group: corev1beta1.Group, Version: corev1beta1.Version, Kind: "FederatedTypeConfig",
		Resource: "federatedtypeconfigs", Scope: federation.NamespaceScoped}
}

// onChange has changed called with each object that comes, changes or goes; before
// is nil when it comes, and now when it goes.
func (s source) onChange(changed func(before, now *unstructured.Unstructured)) error {
	_, err := s.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
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
	return nil
}

// get is an object, which must not be changed, and false when there is none.
func (s source) get(key propagation.Key) (*unstructured.Unstructured, bool) {
	obj, found, err := s.informer.GetStore().GetByKey(key.String())
	if err != nil || !found {
		return nil, false
	}
	return obj.(*unstructured.Unstructured), true
}

// all are the objects, in no order. They must not be changed.
func (s source) all() []*unstructured.Unstructured {
	list := s.informer.GetStore().List()
	all := make([]*unstructured.Unstructured, len(list))
	for i, obj := range list {
		all[i] = obj.(*unstructured.Unstructured)
	}
	return all
}

// either is the one that is there, the latter if both are.
func either(before, now *unstructured.Unstructured) *unstructured.Unstructured {
	if now == nil {
		return before
	}
	return now
}

// sameWish says whether two states of an object ask for the same.
func sameWish(before, now *unstructured.Unstructured) bool {
	return before != nil && now != nil && before.GetUID() == now.GetUID() && before.GetGeneration() == now.GetGeneration() &&
		(before.GetDeletionTimestamp() == nil) == (now.GetDeletionTimestamp() == nil)
}

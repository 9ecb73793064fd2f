package federated

import (
	"context"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/steady"
)

// newInformer makes an informer over the objects of a type on the host, in one
// namespace or, when that is empty, in all. It does not resync: every decision
// is made from what is there now.
func newInformer(client dynamic.Interface, t federation.Type, namespace string) cache.SharedIndexInformer {
	var resource dynamic.ResourceInterface = client.Resource(t.GroupVersionResource())
	if namespace != "" && t.Scope == federation.NamespaceScoped {
		resource = client.Resource(t.GroupVersionResource()).Namespace(namespace)
	}
	informer := cache.NewSharedIndexInformer(steady.ListWatch(resource, troubled(t)),
		&unstructured.Unstructured{}, 0, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	// A transform can be set until the informer runs, which it does not yet.
	_ = informer.SetTransform(func(obj any) (any, error) {
		if object, ok := obj.(*unstructured.Unstructured); ok {
			object.SetManagedFields(nil) // the host's fields are nobody's concern here
		}
		return obj, nil
	})
	return informer
}

// troubled logs that the host cannot be watched.
func troubled(t federation.Type) func(context.Context, error) {
	return func(ctx context.Context, reason error) {
		logr.FromContextOrDiscard(ctx).Info("host cannot be watched, objects stay as they are", "type", t.String(), "reason", reason.Error())
	}
}

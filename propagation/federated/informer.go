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
	informer := cache.NewSharedIndexInformer(steady.ListWatch(resource, silent(t)),
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

// silent logs that the host does not answer.
func silent(t federation.Type) func(context.Context, error) {
	return func(ctx context.Context, reason error) {
		logr.FromContextOrDiscard(ctx).Info("host does not answer, objects stay as they are", "type", t.String(), "reason", reason.Error())
	}
}

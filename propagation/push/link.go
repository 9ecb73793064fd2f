package push

import (
	"context"
	"encoding/json"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// link speaks to one member about one resource.
type link struct {
	resources func(namespace string) resources
	manager   string
}

// resources are what a link needs of a client: whole objects, or metadata
// alone, by the same calls.
type resources interface {
	list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error)
	watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
	get(ctx context.Context, name string) (metav1.Object, error)
	patch(ctx context.Context, name string, kind types.PatchType, body []byte, o metav1.PatchOptions) (metav1.Object, error)
	delete(ctx context.Context, name string, o metav1.DeleteOptions) error
}

func (l link) get(ctx context.Context, key propagation.Key) (metav1.Object, error) {
	return l.resources(key.Namespace).get(ctx, key.Name)
}

func (l link) apply(ctx context.Context, w write) (metav1.Object, error) {
	o := metav1.PatchOptions{FieldManager: l.manager, Force: &w.force}
	return l.resources(w.key.Namespace).patch(ctx, w.key.Name, types.ApplyPatchType, w.body, o)
}

func (l link) delete(ctx context.Context, key propagation.Key, o metav1.DeleteOptions) error {
	return l.resources(key.Namespace).delete(ctx, key.Name, o)
}

// unmark takes our label and our record off the object with that UID.
func (l link) unmark(ctx context.Context, key propagation.Key, uid types.UID) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid":         uid,
		"labels":      map[string]any{propagation.ManagedLabel: nil},
		"annotations": map[string]any{originAnnotation: nil},
	}})
	if err != nil {
		return err
	}
	_, err = l.resources(key.Namespace).patch(ctx, key.Name, types.MergePatchType, body, metav1.PatchOptions{FieldManager: l.manager})
	return err
}

// copies lists and watches the copies in all namespaces.
func (l link) copies() *cache.ListWatch {
	all := l.resources("")
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = propagation.ManagedLabel + "=true"
			return all.list(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = propagation.ManagedLabel + "=true"
			return all.watch(ctx, o)
		},
	}
}

// newLink makes a link to the resource: with metadata alone unless the status
// is collected.
func newLink(config *rest.Config, httpClient *http.Client, o Options, version schema.GroupVersion) (link, error) {
	gvr := version.WithResource(o.Type.Resource)
	namespaced := o.Type.Scope == federation.NamespaceScoped
	if o.Collection == Status {
		client, err := dynamic.NewForConfigAndClient(config, httpClient)
		if err != nil {
			return link{}, err
		}
		return link{manager: o.FieldManager, resources: func(namespace string) resources {
			if namespaced && namespace != "" {
				return whole{client.Resource(gvr).Namespace(namespace)}
			}
			return whole{client.Resource(gvr)}
		}}, nil
	}
	client, err := metadata.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return link{}, err
	}
	return link{manager: o.FieldManager, resources: func(namespace string) resources {
		if namespaced && namespace != "" {
			return outline{client.Resource(gvr).Namespace(namespace)}
		}
		return outline{client.Resource(gvr)}
	}}, nil
}

// whole are resources of which all is read.
type whole struct{ client dynamic.ResourceInterface }

func (w whole) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return w.client.List(ctx, o)
}

func (w whole) watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	return w.client.Watch(ctx, o)
}

func (w whole) get(ctx context.Context, name string) (metav1.Object, error) {
	return w.client.Get(ctx, name, metav1.GetOptions{})
}

func (w whole) patch(ctx context.Context, name string, kind types.PatchType, body []byte, o metav1.PatchOptions) (metav1.Object, error) {
	return w.client.Patch(ctx, name, kind, body, o)
}

func (w whole) delete(ctx context.Context, name string, o metav1.DeleteOptions) error {
	return w.client.Delete(ctx, name, o)
}

// outline are resources of which only metadata is read.
type outline struct{ client metadata.ResourceInterface }

func (w outline) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return w.client.List(ctx, o)
}

func (w outline) watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	return w.client.Watch(ctx, o)
}

func (w outline) get(ctx context.Context, name string) (metav1.Object, error) {
	return w.client.Get(ctx, name, metav1.GetOptions{})
}

func (w outline) patch(ctx context.Context, name string, kind types.PatchType, body []byte, o metav1.PatchOptions) (metav1.Object, error) {
	return w.client.Patch(ctx, name, kind, body, o)
}

func (w outline) delete(ctx context.Context, name string, o metav1.DeleteOptions) error {
	return w.client.Delete(ctx, name, o)
}

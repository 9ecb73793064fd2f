package push

import (
	"context"
	"encoding/json"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// link speaks to one member about one resource.
type link struct {
	resources func(namespace string) resources
	objects   func(namespace string) dynamic.ResourceInterface
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

// whole reads all of an object.
func (l link) whole(ctx context.Context, key propagation.Key) (*unstructured.Unstructured, error) {
	return l.objects(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
}

// tryCreate has the member judge an object, and creates nothing.
func (l link) tryCreate(ctx context.Context, key propagation.Key, body []byte) error {
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON(body); err != nil {
		return err
	}
	_, err := l.objects(key.Namespace).Create(ctx, o, metav1.CreateOptions{FieldManager: l.manager, DryRun: []string{metav1.DryRunAll}})
	return err
}

// apply is one server-side apply; force takes fields from others.
func (l link) apply(ctx context.Context, w *write, body []byte) (metav1.Object, error) {
	o := metav1.PatchOptions{FieldManager: l.manager, Force: &w.force}
	return l.resources(w.key.Namespace).patch(ctx, w.key.Name, types.ApplyPatchType, body, o)
}

func (l link) patch(ctx context.Context, key propagation.Key, kind types.PatchType, body []byte) (metav1.Object, error) {
	return l.resources(key.Namespace).patch(ctx, key.Name, kind, body, metav1.PatchOptions{FieldManager: l.manager})
}

func (l link) delete(ctx context.Context, key propagation.Key, o metav1.DeleteOptions) error {
	return l.resources(key.Namespace).delete(ctx, key.Name, o)
}

// unmark takes our label and our notes off the object with that UID.
func (l link) unmark(ctx context.Context, key propagation.Key, uid types.UID) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid":         uid,
		"labels":      map[string]any{propagation.ManagedLabel: nil},
		"annotations": map[string]any{originAnnotation: nil, yieldedAnnotation: nil},
	}})
	if err != nil {
		return err
	}
	_, err = l.patch(ctx, key, types.MergePatchType, body)
	return err
}

// newLink makes a link to the resource: with metadata alone where that is enough.
func newLink(config *rest.Config, httpClient *http.Client, o Options, version schema.GroupVersion) (link, error) {
	gvr := version.WithResource(o.Type.Resource)
	whole, err := dynamic.NewForConfigAndClient(config, httpClient)
	if err != nil {
		return link{}, err
	}
	l := link{manager: o.FieldManager, objects: func(namespace string) dynamic.ResourceInterface {
		if o.inNamespace(namespace) {
			return whole.Resource(gvr).Namespace(namespace)
		}
		return whole.Resource(gvr)
	}}
	if o.readsWhole() {
		l.resources = func(namespace string) resources {
			return reader[*unstructured.Unstructured, *unstructured.UnstructuredList]{l.objects(namespace)}
		}
		return l, nil
	}
	part, err := metadata.NewForConfigAndClient(config, httpClient)
	l.resources = func(namespace string) resources {
		if o.inNamespace(namespace) {
			return reader[*metav1.PartialObjectMetadata, *metav1.PartialObjectMetadataList]{part.Resource(gvr).Namespace(namespace)}
		}
		return reader[*metav1.PartialObjectMetadata, *metav1.PartialObjectMetadataList]{part.Resource(gvr)}
	}
	return l, err
}

func (o Options) inNamespace(namespace string) bool {
	return o.Type.Scope == federation.NamespaceScoped && namespace != ""
}

// client is what client-go's clients for whole objects and for metadata alone
// have in common; they differ in what they read, O one by one and L in lists.
type client[O metav1.Object, L runtime.Object] interface {
	List(ctx context.Context, o metav1.ListOptions) (L, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
	Get(ctx context.Context, name string, o metav1.GetOptions, subresources ...string) (O, error)
	Patch(ctx context.Context, name string, kind types.PatchType, body []byte, o metav1.PatchOptions, subresources ...string) (O, error)
	Delete(ctx context.Context, name string, o metav1.DeleteOptions, subresources ...string) error
}

// reader makes resources of a client.
type reader[O metav1.Object, L runtime.Object] struct{ client client[O, L] }

func (r reader[O, L]) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return r.client.List(ctx, o)
}

func (r reader[O, L]) watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	return r.client.Watch(ctx, o)
}

func (r reader[O, L]) get(ctx context.Context, name string) (metav1.Object, error) {
	return r.client.Get(ctx, name, metav1.GetOptions{})
}

func (r reader[O, L]) patch(ctx context.Context, name string, kind types.PatchType, body []byte, o metav1.PatchOptions) (metav1.Object, error) {
	return r.client.Patch(ctx, name, kind, body, o)
}

func (r reader[O, L]) delete(ctx context.Context, name string, o metav1.DeleteOptions) error {
	return r.client.Delete(ctx, name, o)
}

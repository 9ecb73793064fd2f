package declared_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/declaredkind"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/declared"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

const finalizer = "example.com/copies"

var widgets = federation.Type{Group: "example.com", Version: "v1", Kind: "Widget", Resource: "widgets", Scope: federation.NamespaceScoped}

// host serves Widgets, one namespace of them for each test.
type host struct {
	namespace string
	client    dynamic.Interface
	objects   *declared.Objects[*unstructured.Unstructured]

	mu   sync.Mutex
	told []propagation.Key
}

func newHost(t *testing.T) *host {
	t.Helper()
	server := servers.Shared(t, "host")[0]
	crdtest.Install(t, server.Config(), definition())
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	h := &host{namespace: controlplanetest.Namespace(t, server), client: client}
	informer := dynamicinformer.NewFilteredDynamicInformer(client, widgets.GroupVersionResource(), h.namespace, 0, cache.Indexers{}, nil).Informer()
	h.objects = newObjects(t, client, informer)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { informer.RunWithContext(ctx) })
	running.Go(func() { require.NoError(t, h.objects.Watch(ctx, h.tell)) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	return h
}

func newObjects(t *testing.T, client dynamic.Interface, informer declared.Informer) *declared.Objects[*unstructured.Unstructured] {
	t.Helper()
	objects, err := declared.New(declared.Options[*unstructured.Unstructured]{
		Client: client, Type: widgets, Informer: informer, Finalizer: finalizer,
		Translate: translate, Status: statusOf,
	})
	require.NoError(t, err)
	return objects
}

func translate(widget *unstructured.Unstructured) (propagation.Intent, error) {
	color, found, _ := unstructured.NestedString(widget.Object, "spec", "color")
	if !found {
		return propagation.Intent{}, errColorless
	}
	return propagation.Intent{Template: template(color)}, nil
}

func template(color string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"color": color},
	}}
}

func statusOf(widget *unstructured.Unstructured) declaredkind.Status {
	var s declaredkind.Status
	content, _, _ := unstructured.NestedMap(widget.Object, "status")
	_ = runtime.DefaultUnstructuredConverter.FromUnstructured(content, &s)
	return s
}

func (h *host) widgets() dynamic.ResourceInterface {
	return h.client.Resource(widgets.GroupVersionResource()).Namespace(h.namespace)
}

// create creates a Widget with a finalizer of somebody else's, and waits until it is
// seen.
func (h *host) create(t *testing.T, name string, spec map[string]any) *unstructured.Unstructured {
	t.Helper()
	widget := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget",
		"metadata": map[string]any{
			"name": name, "finalizers": []any{"example.com/theirs"}, "labels": map[string]any{"team": "shop"},
		},
		"spec": spec,
	}}
	created, err := h.widgets().Create(t.Context(), widget, metav1.CreateOptions{})
	require.NoError(t, err)
	key := propagation.Key{Namespace: h.namespace, Name: name}
	require.Eventually(t, func() bool { return slices.Contains(h.changes(), key) }, 10*time.Second, 5*time.Millisecond)
	return created
}

func (h *host) get(t *testing.T, name string) propagation.Intent {
	t.Helper()
	in, found, err := h.objects.Get(t.Context(), propagation.Key{Namespace: h.namespace, Name: name})
	require.NoError(t, err)
	require.True(t, found)
	return in
}

// await waits until the intent of that name is enough.
func (h *host) await(t *testing.T, name string, enough func(propagation.Intent) bool) propagation.Intent {
	t.Helper()
	require.Eventually(t, func() bool { return enough(h.get(t, name)) }, 10*time.Second, 5*time.Millisecond)
	return h.get(t, name)
}

func (h *host) live(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	widget, err := h.widgets().Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	return widget
}

func (h *host) tell(key propagation.Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, key)
}

// changes are the keys that were told since the last forget.
func (h *host) changes() []propagation.Key {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.told)
}

func (h *host) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = nil
}

// definition is that of Widgets, of which the server knows only the status.
func definition() *apiextensionsv1.CustomResourceDefinition {
	open := true
	schema := &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &open}
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "widgets.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "example.com", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "widgets", Kind: "Widget", ListKind: "WidgetList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema:       &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: schema},
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
			}},
		},
	}
}

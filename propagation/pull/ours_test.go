package pull_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
)

// TestOnlyWhatIsProvablyOursIsDeleted: what the agent's own answer names, and no
// bundle any more.
func TestOnlyWhatIsProvablyOursIsDeleted(t *testing.T) {
	d := newDesk(t, "ours", pull.Options{})
	member := servers.Shared(t, "member1")[0]
	o := agentOf(t, d.host, member, budget.New())
	o.Cluster = "ours"
	run(t, o)
	namespace := controlplanetest.Namespace(t, member)
	client, err := dynamic.NewForConfig(member.Config())
	require.NoError(t, err)
	there := client.Resource(configMaps.GroupVersionResource()).Namespace(namespace)
	names := func() []string {
		list, err := there.List(context.Background(), metav1.ListOptions{LabelSelector: propagation.ManagedLabel})
		require.NoError(t, err)
		var all []string
		for _, o := range list.Items {
			all = append(all, o.GetName())
		}
		return all
	}
	hold := func(name string) {
		want := labelled(configMap(namespace, name))
		d.Until("held: "+name, func() bool {
			_, err := d.propagator.Apply(t.Context(), "ours", want, propagation.Holding{Parent: "parent"})
			return err == nil
		})
	}
	_, err = there.Create(t.Context(), labelled(configMap(namespace, "stranger")), metav1.CreateOptions{})
	require.NoError(t, err)
	for _, name := range []string{"a", "b"} {
		hold(name)
	}
	require.Equal(t, []string{"a", "b", "stranger"}, names())

	out, err := d.propagator.Remove(t.Context(), "ours", propagation.Key{Namespace: namespace, Name: "stranger"}, propagation.Removal{Parent: "parent"})
	require.NoError(t, err)
	require.Equal(t, propagation.Absent, out.Action)
	d.Until("a is gone", func() bool {
		out, err := d.propagator.Remove(t.Context(), "ours", propagation.Key{Namespace: namespace, Name: "a"}, propagation.Removal{Parent: "parent"})
		return err == nil && out.Action == propagation.Absent
	})
	require.Equal(t, []string{"b", "stranger"}, names())
}

// TestACopyOutlivesTheMoveOfItsObject to another bundle.
func TestACopyOutlivesTheMoveOfItsObject(t *testing.T) {
	d := newDesk(t, "moving", pull.Options{ChunkObjects: 2, ChunkBytes: 2000})
	member := servers.Shared(t, "member1")[0]
	o := agentOf(t, d.host, member, budget.New())
	o.Cluster = "moving"
	stop := run(t, o)
	namespace := controlplanetest.Namespace(t, member)
	client, err := dynamic.NewForConfig(member.Config())
	require.NoError(t, err)
	there := client.Resource(configMaps.GroupVersionResource()).Namespace(namespace)
	hold := func(name string, bytes int) {
		want := labelled(configMap(namespace, name))
		want.Object["data"] = map[string]any{"filler": strings.Repeat("x", bytes)}
		_, _ = d.propagator.Apply(t.Context(), "moving", want, propagation.Holding{Parent: "parent"})
	}
	uids := func() (all []types.UID) {
		list, err := there.List(context.Background(), metav1.ListOptions{LabelSelector: propagation.ManagedLabel})
		require.NoError(t, err)
		for _, o := range list.Items {
			all = append(all, o.GetUID())
		}
		return all
	}
	held := func(n int64) func() bool {
		return func() bool {
			var held int64
			for _, b := range bundlesOf(t, d.host, "moving") {
				held += b.Status.Held
			}
			return held == n && len(bundlesOf(t, d.host, "moving")) > 0
		}
	}
	hold("a", 10)
	hold("b", 10)
	d.Until("held", held(2))
	before := uids()
	hold("a", 4500)
	hold("b", 4500) // moves
	hold("c", 10)
	d.untilShape(map[string][]string{"configmaps-0": {"a"}, "configmaps-1": {"b"}, "configmaps-2": {"c"}})
	d.Until("held", held(3))
	require.Equal(t, before, uids()[:2])
	stop()
	run(t, o)
	require.Equal(t, before, uids()[:2])
}

// TestWhatABundleDoesNotNameAnyMoreGoes, and stays when the whole bundle is gone:
// nothing says then whose it is.
func TestWhatABundleDoesNotNameAnyMoreGoes(t *testing.T) {
	host, member := servers.Shared(t, "host")[0], servers.Shared(t, "member1")[0]
	install(t, host)
	admit(t, host, "bare", nil)
	d := desk{host: host, cluster: "bare"}
	namespace := controlplanetest.Namespace(t, member)
	client, err := dynamic.NewForConfig(member.Config())
	require.NoError(t, err)
	there := client.Resource(configMaps.GroupVersionResource()).Namespace(namespace)
	d.Bed = bedOf(t)
	isThere := func(name string) bool {
		_, err := there.Get(context.Background(), name, metav1.GetOptions{})
		if !apierrors.IsNotFound(err) {
			require.NoError(t, err)
		}
		return err == nil
	}
	ask := func(name string) any {
		return map[string]any{"namespace": namespace, "name": name, "hash": "1", "hold": map[string]any{
			"object": labelled(configMap(namespace, name)).Object, "parent": "parent"}}
	}
	_, err = d.bundles().Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "propagation.fedrail.io/v1alpha1", "kind": "Bundle",
		"metadata": map[string]any{"name": "by-hand"},
		"spec": map[string]any{"cluster": "bare", "fieldManager": "fedrail", "objects": []any{ask("a"), ask("b")},
			"target": map[string]any{"version": "v1", "kind": "ConfigMap", "resource": "configmaps", "scope": "Namespaced"}},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
	o := agentOf(t, host, member, budget.New())
	o.Cluster = "bare"
	stop := run(t, o)
	answered := func(n int64) bool { return bundlesOf(t, host, "bare")[0].Status.Held == n }
	d.Until("answered", func() bool { return answered(2) })

	stop() // the agent finds out when it starts again
	_, err = d.bundles().Patch(t.Context(), "by-hand", types.JSONPatchType, []byte(`[{"op":"remove","path":"/spec/objects/0"}]`), metav1.PatchOptions{})
	require.NoError(t, err)
	stop = run(t, o)
	d.Until("a goes", func() bool { return !isThere("a") && answered(1) })
	require.True(t, isThere("b"))

	require.NoError(t, d.bundles().Delete(t.Context(), "by-hand", metav1.DeleteOptions{}))
	stop()
	stop = run(t, o)
	registry := registryOf(t, host)
	d.Until("the agent works", func() bool { c, _ := registry.Snapshot().Get("bare"); return c.Ready })
	require.True(t, isThere("b"))
	stop()
}

// TestATypeThatTheMemberDoesNotServe holds up no other, and follows when it is
// served.
func TestATypeThatTheMemberDoesNotServe(t *testing.T) {
	host, member := servers.Shared(t, "host")[0], servers.Shared(t, "member1")[0]
	install(t, host)
	admit(t, host, "lacking", nil)
	o := agentOf(t, host, member, budget.New())
	o.Cluster = "lacking"
	run(t, o)
	namespace := controlplanetest.Namespace(t, member)
	widgets := federation.Type{Group: "example.test", Version: "v1", Kind: "Widget", Resource: "widgets", Scope: federation.NamespaceScoped}
	widget := labelled(configMap(namespace, "web"))
	widget.SetAPIVersion("example.test/v1")
	widget.SetKind("Widget")
	b := bedOf(t)
	ofWidgets, ofMaps := observed(t, host, pull.Options{Type: widgets}), observed(t, host, pull.Options{Type: configMaps})
	how := propagation.Holding{Parent: "parent"}
	b.Until("told", func() bool {
		_, err := ofWidgets.Apply(t.Context(), "lacking", widget, how)
		return err != nil && strings.Contains(err.Error(), "does not serve widgets.example.test")
	})
	b.Until("the other type goes on", func() bool {
		_, err := ofMaps.Apply(t.Context(), "lacking", labelled(configMap(namespace, "web")), how)
		return err == nil
	})
	preserve := true
	crdtest.Install(t, member.Config(), &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "widgets.example.test"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "example.test", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "widgets", Singular: "widget", Kind: "Widget", ListKind: "WidgetList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object", XPreserveUnknownFields: &preserve}}}},
		},
	})
	b.Until("it follows", func() bool {
		_, err := ofWidgets.Apply(t.Context(), "lacking", widget, how)
		return err == nil
	})
}

func labelled(o *unstructured.Unstructured) *unstructured.Unstructured {
	o.SetLabels(map[string]string{propagation.ManagedLabel: "true"})
	return o
}

package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

const disabled = `Disabled propagation for FederatedTypeConfig "kube-federation-system/configmaps"
Verifying propagation controller is stopped for FederatedTypeConfig "kube-federation-system/configmaps"
Propagation controller for FederatedTypeConfig "kube-federation-system/configmaps" is stopped
`

// typeConfig is the FederatedTypeConfig of a type; nil when there is none.
func (w *world) typeConfig(name string) *unstructured.Unstructured {
	w.Helper()
	client, err := dynamic.NewForConfig(w.host.Config())
	require.NoError(w, err)
	o, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(corev1beta1.DefaultNamespace).Get(w.Context(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	require.NoError(w, err)
	return o
}

// carriedOnce is a federation in whose one member a ConfigMap is.
func carriedOnce(t *testing.T) (w *world, stop func()) {
	w = newFederation(t, []string{"berlin"})
	stop = w.control()
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{"data": map[string]any{"a": "b"}}})
	require.Eventually(t, func() bool { return w.copy() != nil }, soon, tick)
	return w, stop
}

// copy is the ConfigMap in the member; nil when it is not there.
func (w *world) copy() *unstructured.Unstructured {
	w.Helper()
	o, err := w.objects(w.clusters[0].Config(), configMaps()).Get(w.Context(), "settings", metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	require.NoError(w, err)
	return o
}

func (w *world) finalizers() []string {
	w.Helper()
	o, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Get(w.Context(), "settings", metav1.GetOptions{})
	require.NoError(w, err)
	return o.GetFinalizers()
}

func TestDisableLeavesObjectsAndCopiesAndNoFinalizer(t *testing.T) {
	w, _ := carriedOnce(t)
	require.Equal(t, []string{"kubefed.io/sync-controller"}, w.finalizers())
	r := w.ok("disable", "cm", "--timeout=30s")
	require.Equal(t, disabled+`federatedtypeconfig "kube-federation-system/configmaps" deleted`+"\n", r.out)
	require.Equal(t, "warning: 1 objects of the kind FederatedConfigMap stay, and so do their copies in the clusters\nto have it carried again:\n  fedctl enable configmaps\n", r.err)
	require.Nil(t, w.typeConfig("configmaps"))
	require.Empty(t, w.finalizers())
	require.NotNil(t, w.copy())
	require.Equal(t, result{code: 1, err: `error: FederatedTypeConfig "kube-federation-system/configmaps" does not exist` + "\n"}, w.fedctl("disable", "configmaps"))
}

func TestDisableDeletesADefinitionOfWhichNoObjectIsLeft(t *testing.T) {
	w, _ := carriedOnce(t)
	before := w.typeConfig("configmaps").GetResourceVersion()
	r := w.fedctl("disable", "configmaps", "--delete-crd")
	require.Equal(t, result{code: 1, err: `error: --delete-crd: 1 objects of the kind FederatedConfigMap are left, such as "` + w.namespace +
		`/settings"; delete them first, and their copies go with them` + "\n"}, r)
	require.Equal(t, before, w.typeConfig("configmaps").GetResourceVersion())

	objects := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps"))
	require.NoError(t, objects.Delete(t.Context(), "settings", metav1.DeleteOptions{}))
	require.Eventually(t, func() bool { return len(w.federated("federatedconfigmaps")) == 0 }, soon, tick)
	r = w.ok("disable", "configmaps", "--delete-crd", "--timeout=30s")
	require.Equal(t, disabled+`customresourcedefinition "federatedconfigmaps.types.kubefed.io" deleted
federatedtypeconfig "kube-federation-system/configmaps" deleted
`, r.out)
	require.Nil(t, w.copy())
	require.Equal(t, `customresourcedefinition "federatedconfigmaps.types.kubefed.io" does not exist`+"\n",
		w.ok("disable", "configmaps", "--delete-crd").out)
}

// Nothing is deleted while it is not known that nobody carries the type; and what was
// begun is gone through with later.
func TestDisableWaitsForTheController(t *testing.T) {
	w, stop := carriedOnce(t)
	stop()
	r := w.fedctl("disable", "configmaps", "--timeout=300ms")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, `error: FederatedTypeConfig "kube-federation-system/configmaps": nobody says that it is carried no more. Nothing is deleted yet, after 300ms: does the controller run? Run the command again then`)
	require.Nil(t, w.typeConfig("configmaps").GetDeletionTimestamp())
	w.control()
	r = w.ok("disable", "configmaps", "--timeout=30s")
	require.Contains(t, r.out, " deleted\n")
	require.Empty(t, w.finalizers())
}

// A controller that let a config go without freeing its objects, as KubeFed's did, or
// one that never ran, leaves no finalizer either.
func TestDisableFreesWhatNobodyElseFrees(t *testing.T) {
	w := newFederation(t, nil)
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{})
	_, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Patch(t.Context(), "settings", types.MergePatchType,
		[]byte(`{"metadata":{"finalizers":["example.com/other","kubefed.io/sync-controller"]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	r := w.ok("disable", "configmaps")
	require.Contains(t, r.err, "took the finalizer kubefed.io/sync-controller, which nobody serves any more, off 1 objects\n")
	require.Equal(t, []string{"example.com/other"}, w.finalizers())
}

func TestDisableInADryRunWritesNothing(t *testing.T) {
	w := newFederation(t, nil, "services")
	before := w.typeConfig("services").GetResourceVersion()
	for _, flag := range []string{"--dry-run", "--dry-run=server"} {
		r := w.ok("disable", "services", "--delete-crd", flag)
		require.Equal(t, `Disabled propagation for FederatedTypeConfig "kube-federation-system/services"
customresourcedefinition "federatedservices.types.kubefed.io" deleted
federatedtypeconfig "kube-federation-system/services" deleted
`, r.out)
		require.Equal(t, before, w.typeConfig("services").GetResourceVersion())
		require.Empty(t, w.federated("federatedservices"))
	}
	require.Contains(t, w.ok("disable", "ns", "--dry-run").err, "warning: without namespaces nothing in them is carried: configmaps, services\n")
}

func TestSeveralTypesAreDisabledAndEnabledAgain(t *testing.T) {
	w := newFederation(t, nil, "services", "secrets")
	r := w.ok("disable", "svc", "secrets")
	require.Equal(t, 2, strings.Count(r.out, " deleted\n"))
	w.ok("enable", "svc", "secrets", "--federated-group", "fed.example.com")
	_, err := w.objects(w.host.Config(), schema.GroupVersionResource{Group: "fed.example.com", Version: "v1beta1", Resource: "federatedsecrets"}).
		List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
}

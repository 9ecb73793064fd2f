package setup_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
)

// What another installer wrote is replaced, and what it wrote beside stays its own. The
// FederatedTypeConfig of a type stays as somebody made it.
func TestDefinitionsOfOthersAreTakenOver(t *testing.T) {
	server, host := newHost(t, "namespaces", "configmaps")
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	definitions := client.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions"))
	const name = "federatedconfigmaps.types.kubefed.io"
	there, err := definitions.Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	versions := there.Object["spec"].(map[string]any)["versions"]
	require.NoError(t, definitions.Delete(t.Context(), name, metav1.DeleteOptions{}))
	theirs := &unstructured.Unstructured{Object: map[string]any{"apiVersion": there.GetAPIVersion(), "kind": there.GetKind(), "spec": there.Object["spec"]}}
	theirs.SetName(name)
	theirs.SetAnnotations(map[string]string{"example.com/installed": "by them"})
	unstructured.RemoveNestedField(theirs.Object, "spec", "names", "shortNames")
	require.Eventually(t, func() bool {
		_, err := definitions.Create(t.Context(), theirs.DeepCopy(), metav1.CreateOptions{FieldManager: "helm"})
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	configs := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(host.Namespace)
	before, err := configs.Get(t.Context(), "configmaps", metav1.GetOptions{})
	require.NoError(t, err)

	kinds, err := host.Discover(t.Context(), setup.Wish{Name: "configmaps"})
	require.NoError(t, err)
	all, err := host.PlanEnabling(t.Context(), kinds...)
	require.NoError(t, err)
	require.NoError(t, host.Redefine(t.Context(), all...))
	require.NoError(t, host.TakeOver(t.Context(), all...))
	now, err := definitions.Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, versions, now.Object["spec"].(map[string]any)["versions"])
	require.Equal(t, "by them", now.GetAnnotations()["example.com/installed"])
	for _, e := range now.GetManagedFields() {
		if e.Manager == "helm" {
			require.NotContains(t, e.FieldsV1.GetRawString(), "f:versions")
			require.Contains(t, e.FieldsV1.GetRawString(), "example.com/installed")
		}
	}
	version := now.GetResourceVersion()
	require.NoError(t, host.TakeOver(t.Context(), all...))
	now, err = definitions.Get(t.Context(), name, metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, version, now.GetResourceVersion(), "nothing is written twice")
	after, err := configs.Get(t.Context(), "configmaps", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, before, after)
}

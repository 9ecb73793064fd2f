package setup_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/setup"
)

// cronTabs are custom resources that are served in two versions. Only the one that
// is not preferred has replicas.
func cronTabs(plural string, short ...string) *apiextensionsv1.CustomResourceDefinition {
	preserve := true
	spec := func(fields map[string]apiextensionsv1.JSONSchemaProps) *apiextensionsv1.CustomResourceValidation {
		return &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object",
			Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": {Type: "object", Properties: fields, XPreserveUnknownFields: &preserve}}}}
	}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: plural + ".stable.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "stable.example.com", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: plural, Kind: "Kind" + short[0], ListKind: "Kind" + short[0] + "List", Singular: "kind" + short[0], ShortNames: short},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{
				{Name: "v1", Served: true, Storage: true, Schema: spec(nil)},
				{Name: "v1beta1", Served: true, Schema: spec(map[string]apiextensionsv1.JSONSchemaProps{"replicas": {Type: "integer"}})},
				{Name: "v1alpha1", Served: false, Schema: spec(nil)},
			},
		},
	}
}

// A type that was defined just now, of which the host may not tell yet, is enabled in
// the version that was asked for, with the schema of that version.
func TestACustomResourceIsEnabledAtAnyServedVersion(t *testing.T) {
	server, host := newHost(t, "namespaces")
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	require.NoError(t, host.Define(t.Context(), cronTabs("crontabs", "ct")))
	kinds, err := host.Discover(t.Context(), setup.Wish{Name: "ct", Version: "v1beta1"})
	require.NoError(t, err)
	all, err := host.PlanEnabling(t.Context(), kinds...)
	require.NoError(t, err)
	require.False(t, all[0].Defined || all[0].Configured)
	require.NoError(t, host.CarryOut(t.Context(), all...))
	require.True(t, retainsReplicas(t, client, "federatedcrontabs.types.kubefed.io"))
	config, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(namespace).Get(t.Context(), "crontabs.stable.example.com", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"group": "stable.example.com", "version": "v1beta1", "kind": "Kindct", "pluralName": "crontabs", "scope": "Namespaced"},
		config.Object["spec"].(map[string]any)["targetType"])

	_, err = host.Discover(t.Context(), setup.Wish{Name: "crontabs", Version: "v1alpha1"})
	require.EqualError(t, err, `type "crontabs": the host does not serve version "v1alpha1" of it; it serves v1, v1beta1`)

	// Another version is another version of the same type.
	require.NoError(t, host.Enable(t.Context(), "crontabs"))
	require.False(t, retainsReplicas(t, client, "federatedcrontabs.types.kubefed.io"))
	kinds, err = host.Discover(t.Context(), setup.Wish{Name: "ct", Federated: schema.GroupVersion{Version: "v1"}})
	require.NoError(t, err)
	_, err = host.PlanEnabling(t.Context(), kinds...)
	require.ErrorContains(t, err, "disable it first")
}

// Two types of which each wants the same short name are both served.
func TestTypesWithTheSameShortNameAreEnabledTogether(t *testing.T) {
	_, host := newHost(t, "namespaces")
	first, second := cronTabs("firsts", "fi", "tab"), cronTabs("seconds", "se", "tab")
	second.Spec.Group, second.Name = "other.example.com", "seconds.other.example.com"
	require.NoError(t, host.Define(t.Context(), first, second))
	require.NoError(t, host.Enable(t.Context(), "firsts", "seconds"))
}

// Of several types that cannot be enabled each is named, and nothing is written.
func TestWhatSpeaksAgainstEnablingIsSaidOfAll(t *testing.T) {
	server, host := newHost(t, "namespaces", "configmaps")
	first, second := cronTabs("services", "svc2"), cronTabs("things", "th")
	second.Spec.Names.Kind = "Thing"
	taken := cronTabs("federatedthings", "x")
	taken.Spec.Group, taken.Name = "types.kubefed.io", "federatedthings.types.kubefed.io"
	require.NoError(t, host.Define(t.Context(), first, second, taken))
	err := host.Enable(t.Context(), "services", "services.stable.example.com", "things", "secrets")
	require.EqualError(t, err, `type "services.stable.example.com": federatedservices.types.kubefed.io declares the objects of FederatedTypeConfig "services"; choose another federated group
type "things.stable.example.com": CustomResourceDefinition "federatedthings.types.kubefed.io" is there, of the kind Kindx and the scope Namespaced, and not ours; choose another federated group`)
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	_, err = client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(namespace).Get(t.Context(), "secrets", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "%v", err)
}

func TestAHostWithoutAFederationIsSaidToBeOne(t *testing.T) {
	server := servers.Fresh(t, "host")[0]
	host := setup.Host{Config: server.Config(), Namespace: namespace}
	require.EqualError(t, host.Enable(t.Context(), "configmaps"),
		`the host has no namespace "kube-federation-system": nothing of a federation is installed there`)
	host.Namespace = "default"
	require.EqualError(t, host.Enable(t.Context(), "configmaps"),
		"the host does not know the kind FederatedTypeConfig: nothing of a federation is installed there")
}

// The controller may serve federated kinds of any group that was chosen.
func TestTheControllerMayServeFederatedKindsOfOtherGroups(t *testing.T) {
	_, host := newHost(t, "namespaces")
	kinds, err := host.Discover(t.Context(), setup.Wish{Name: "configmaps", Federated: schema.GroupVersion{Group: "fed.example.com", Version: "v1"}})
	require.NoError(t, err)
	all, err := host.PlanEnabling(t.Context(), kinds...)
	require.NoError(t, err)
	require.NoError(t, host.CarryOut(t.Context(), all...))
	content, err := host.Kubeconfig(t.Context())
	require.NoError(t, err)
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	require.NoError(t, err)
	account, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	objects := account.Resource(schema.GroupVersionResource{Group: "fed.example.com", Version: "v1", Resource: "federatedconfigmaps"})
	require.Eventually(t, func() bool { _, err := objects.List(context.Background(), metav1.ListOptions{}); return err == nil }, time.Minute, 10*time.Millisecond)
}

// What KubeFed wrote is put right by enabling the type again, whoever owns its fields.
func TestADefinitionOfKubeFedIsPutRight(t *testing.T) {
	server, host := newHost(t, "namespaces")
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	old := federatedkind.Kind{Target: federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped}}.Definition()
	spec := old.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	delete(spec.Properties, "template") // KubeFed left it out of some, and so lost it
	old.Spec.Versions[0].AdditionalPrinterColumns = nil
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(old)
	require.NoError(t, err)
	delete(content, "status")
	definitions := client.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions"))
	_, err = definitions.Create(t.Context(), &unstructured.Unstructured{Object: content}, metav1.CreateOptions{FieldManager: "kubefedctl"})
	require.NoError(t, err)

	kinds, err := host.Discover(t.Context(), setup.Wish{Name: "deploy"})
	require.NoError(t, err)
	all, err := host.PlanEnabling(t.Context(), kinds...)
	require.NoError(t, err)
	require.True(t, all[0].Defined)
	require.NoError(t, host.CarryOut(t.Context(), all...))
	found, err := definitions.Get(t.Context(), old.Name, metav1.GetOptions{})
	require.NoError(t, err)
	now := &apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, now))
	require.Equal(t, all[0].Definition.Spec.Versions, now.Spec.Versions)
	require.Equal(t, []string{"fdeploy"}, now.Spec.Names.ShortNames)
}

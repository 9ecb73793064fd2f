package setup_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/archive"
)

const namespace = corev1beta1.DefaultNamespace

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// newHost is one on which types are enabled, twice over.
func newHost(t *testing.T, types ...string) (*controlplane.Server, setup.Host) {
	t.Helper()
	server := servers.Fresh(t, "host")[0]
	host := setup.Host{Config: server.Config(), Namespace: namespace}
	for range 2 {
		require.NoError(t, host.Install(t.Context()))
		require.NoError(t, host.Enable(t.Context(), types...))
	}
	return server, host
}

// Enabling makes the federated kind and its config; only a type that can be
// scaled has retainReplicas. A type that is not served is named.
func TestEnable(t *testing.T) {
	server, host := newHost(t, "namespaces", "deployments.apps")
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	configs, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(namespace).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	var names []string
	for _, c := range configs.Items {
		names = append(names, c.GetName())
	}
	require.Equal(t, []string{"deployments.apps", "namespaces"}, names)
	require.True(t, retainsReplicas(t, client, "federateddeployments.types.kubefed.io"))
	require.False(t, retainsReplicas(t, client, "federatednamespaces.types.kubefed.io"))

	err = host.Enable(t.Context(), "gadgets.example.com", "configmaps")
	require.EqualError(t, err, `type "gadgets.example.com": the host serves no such resource; write its plural name and group, such as deployments.apps`)
}

func retainsReplicas(t *testing.T, client dynamic.Interface, definition string) bool {
	t.Helper()
	found, err := client.Resource(apiextensionsv1.SchemeGroupVersion.WithResource("customresourcedefinitions")).Get(t.Context(), definition, metav1.GetOptions{})
	require.NoError(t, err)
	crd := &apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, crd))
	_, has := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["retainReplicas"]
	return has
}

// Joining, twice over, gives the federation an account that may do what the
// enabled types need and no more. Leaving takes all of it away, and may be
// repeated.
func TestJoinAndUnjoin(t *testing.T) {
	server, host := newHost(t, "namespaces", "configmaps", "deployments.apps", "clusterroles.rbac.authorization.k8s.io")
	admin := servers.Shared(t, "m1")[0]
	member := setup.Member{Name: "m1", Config: admin.Config(), Labels: map[string]string{"region": "eu"}}
	require.NoError(t, host.Join(t.Context(), member))
	require.NoError(t, host.Join(t.Context(), member))

	hostClient, memberClient := controlplanetest.Client(t, server), controlplanetest.Client(t, admin)
	role, err := memberClient.RbacV1().ClusterRoles().Get(t.Context(), "fedrail-m1", metav1.GetOptions{})
	require.NoError(t, err)
	all := []string{"get", "list", "watch", "create", "patch", "update", "delete"}
	require.ElementsMatch(t, []rbacv1.PolicyRule{
		{NonResourceURLs: []string{"/healthz", "/readyz", "/version"}, Verbs: []string{"get"}},
		{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"list", "watch"}},
		{APIGroups: []string{"apiextensions.k8s.io"}, Resources: []string{"customresourcedefinitions"}, Verbs: []string{"list", "watch"}},
		{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: all},
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: all},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: all},
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"list", "watch"}},
		{APIGroups: []string{rbacv1.GroupName}, Resources: []string{"clusterroles"}, Verbs: append(all, "escalate")},
	}, role.Rules)

	secret, err := hostClient.CoreV1().Secrets(namespace).Get(t.Context(), "m1-token", metav1.GetOptions{})
	require.NoError(t, err)
	account, err := kubernetes.NewForConfig(admin.ConfigWithToken(string(secret.Data[corev1beta1.TokenKey])))
	require.NoError(t, err)
	_, err = account.CoreV1().ConfigMaps("").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	_, err = account.CoreV1().Secrets("").List(t.Context(), metav1.ListOptions{})
	require.True(t, apierrors.IsForbidden(err), "%v", err)

	require.NoError(t, host.Unjoin(t.Context(), member))
	require.NoError(t, host.Unjoin(t.Context(), member))
	_, err = account.CoreV1().ConfigMaps("").List(t.Context(), metav1.ListOptions{})
	require.Error(t, err)
	_, err = hostClient.CoreV1().Secrets(namespace).Get(t.Context(), "m1-token", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err))
	_, err = memberClient.RbacV1().ClusterRoles().Get(t.Context(), "fedrail-m1", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err))
}

// TestTheAccountKeepsWhatIsLeftBehind of a deletion that could not wait.
func TestTheAccountKeepsWhatIsLeftBehind(t *testing.T) {
	_, host := newHost(t, "namespaces")
	content, err := host.Kubeconfig(t.Context())
	require.NoError(t, err)
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	require.NoError(t, err)
	client, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	kept, err := archive.New(archive.Options{Client: client, Namespace: namespace, Type: federation.Type{Version: "v1", Kind: "Secret", Resource: "secrets"}})
	require.NoError(t, err)
	left := propagation.Remains{Key: propagation.Key{Name: "web"}, Removal: propagation.Removal{Parent: "uid"}, Clusters: []federation.ClusterName{"m1"}}
	require.NoError(t, kept.Keep(t.Context(), left))
	all, err := kept.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, []propagation.Remains{left}, all)
	require.NoError(t, kept.Drop(t.Context(), left))
	all, err = kept.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, all)
}

// A member that joined is one that a registry knows how to reach, with its labels.
func TestJoinedIsKnown(t *testing.T) {
	_, host := newHost(t, "namespaces")
	admin := servers.Shared(t, "m1")[0]
	require.NoError(t, host.Join(t.Context(), setup.Member{Name: "m1", Config: admin.Config(), Labels: map[string]string{"region": "eu"}}))
	content, err := host.Kubeconfig(t.Context())
	require.NoError(t, err)
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	require.NoError(t, err)
	registry, err := kubefed.New(kubefed.Options{Host: config, Namespace: namespace})
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	var running sync.WaitGroup
	running.Go(func() { _ = registry.Start(ctx) }) // the end of ctx is its only end
	defer running.Wait()
	defer stop()
	for members := range registry.Watch(ctx) {
		if c, known := members.Get("m1"); known && c.Ready {
			require.Equal(t, "eu", c.Labels["region"])
			return
		}
	}
	require.Fail(t, "the member is not ready")
}

// In a federation of one namespace nobody gets rights on objects elsewhere, and
// nobody has to say again what its scope is.
func TestInstallOfScopeNamespaced(t *testing.T) {
	server := servers.Fresh(t, "host")[0]
	host := setup.Host{Config: server.Config(), Namespace: namespace, Scope: federation.NamespaceScoped}
	require.NoError(t, host.Install(t.Context()))
	host.Scope = ""
	require.NoError(t, host.Install(t.Context()))
	roles := controlplanetest.Client(t, server).RbacV1()
	_, err := roles.ClusterRoles().Get(t.Context(), "fedrail-controller", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "%v", err)
	_, err = roles.Roles(namespace).Get(t.Context(), "fedrail-controller", metav1.GetOptions{})
	require.NoError(t, err)
}

// An administrator says what the controller may read of the host's own objects,
// and may take it back. Without that it may read nothing of them.
func TestLetFollow(t *testing.T) {
	for _, scope := range []federation.Scope{federation.ClusterScoped, federation.NamespaceScoped} {
		t.Run(string(scope), func(t *testing.T) {
			server := servers.Fresh(t, "host")[0]
			host := setup.Host{Config: server.Config(), Namespace: namespace, Scope: scope}
			require.NoError(t, host.Install(t.Context()))
			content, err := host.Kubeconfig(t.Context())
			require.NoError(t, err)
			config, err := clientcmd.RESTConfigFromKubeConfig(content)
			require.NoError(t, err)
			account, err := kubernetes.NewForConfig(config)
			require.NoError(t, err)
			claims := account.CoreV1().PersistentVolumeClaims(namespace)
			may := func() bool {
				_, err := claims.List(t.Context(), metav1.ListOptions{})
				return err == nil
			}
			require.False(t, may())
			require.NoError(t, host.LetFollow(t.Context(), "persistentvolumeclaims"))
			require.Eventually(t, may, time.Minute, 10*time.Millisecond)
			_, err = account.CoreV1().ServiceAccounts(namespace).List(t.Context(), metav1.ListOptions{})
			require.True(t, apierrors.IsForbidden(err), "%v", err)
			_, err = account.CoreV1().PersistentVolumeClaims("default").List(t.Context(), metav1.ListOptions{})
			require.Equal(t, scope == federation.NamespaceScoped, apierrors.IsForbidden(err), "%v", err)
			require.NoError(t, host.LetFollow(t.Context()))
			require.Eventually(t, func() bool { return !may() }, time.Minute, 10*time.Millisecond)
			require.EqualError(t, host.LetFollow(t.Context(), "pods"),
				`type "pods": objects of it do not follow others; those of configmaps, secrets, serviceaccounts, persistentvolumeclaims do`)
		})
	}
}

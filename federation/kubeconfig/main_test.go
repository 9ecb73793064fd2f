package kubeconfig_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubeconfig"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// patience is for what should take a moment and may take longer on a busy
// machine.
const patience = 30 * time.Second

// path is a kubeconfig file with this content.
func path(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	rewrite(t, path, content)
	return path
}

func rewrite(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

func administrators(t *testing.T, members ...*controlplane.Server) []byte {
	t.Helper()
	content, err := controlplane.Kubeconfig(members...)
	require.NoError(t, err)
	return content
}

// withUser is a kubeconfig with one context of the server's name for a user.
func withUser(t *testing.T, server *controlplane.Server, user *clientcmdapi.AuthInfo) []byte {
	t.Helper()
	config, err := clientcmd.Load(administrators(t, server))
	require.NoError(t, err)
	config.AuthInfos[server.Cluster()] = user
	content, err := clientcmd.Write(*config)
	require.NoError(t, err)
	return content
}

func options(path string) kubeconfig.Options {
	return kubeconfig.Options{
		Path: path, Poll: 50 * time.Millisecond,
		Health: federation.Health{Period: 100 * time.Millisecond, Timeout: 5 * time.Second},
	}
}

// start runs a registry until the test ends or stop is called.
func start(t *testing.T, options kubeconfig.Options) (registry *kubeconfig.Registry, stop func()) {
	t.Helper()
	registry, err := kubeconfig.New(options)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- registry.Start(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return registry, stop
}

func await(t *testing.T, registry federation.Registry, wanted func(federation.ClusterSet) bool) federation.ClusterSet {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for set := range registry.Watch(ctx) {
		if wanted(set) {
			return set
		}
	}
	require.Fail(t, "the members never were as wanted", "%+v", registry.Snapshot())
	return federation.ClusterSet{}
}

func ready(names ...federation.ClusterName) func(federation.ClusterSet) bool {
	return func(set federation.ClusterSet) bool {
		for _, name := range names {
			if c, _ := set.Get(name); !c.Ready {
				return false
			}
		}
		return true
	}
}

func clientOf(t *testing.T, config *rest.Config) func() error {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return func() error {
		_, err := client.CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
		return err
	}
}

// token is one of a new service account that may do everything, until revoke.
func token(t *testing.T, server *controlplane.Server) (token string, revoke func()) {
	t.Helper()
	const name = "fedrail"
	client, namespace := controlplanetest.Client(t, server), controlplanetest.Namespace(t, server)
	accounts := client.CoreV1().ServiceAccounts(namespace)
	_, err := accounts.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = client.RbacV1().ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	token, err = server.Token(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, time.Hour)
	require.NoError(t, err)
	return token, func() { require.NoError(t, accounts.Delete(t.Context(), name, metav1.DeleteOptions{})) }
}

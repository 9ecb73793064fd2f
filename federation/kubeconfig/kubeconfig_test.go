package kubeconfig_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
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
		Health: kubeconfig.Health{Period: 100 * time.Millisecond, Timeout: 500 * time.Millisecond},
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

// token is one of a new service account that may read everything.
func token(t *testing.T, server *controlplane.Server, name string) string {
	t.Helper()
	client := controlplanetest.Client(t, server)
	_, err := client.CoreV1().ServiceAccounts("default").Create(t.Context(),
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = client.RbacV1().ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "test-" + name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "default", Name: name}},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	token, err := server.Token(t.Context(), types.NamespacedName{Namespace: "default", Name: name}, time.Hour)
	require.NoError(t, err)
	return token
}

func TestNewNamesAllThatIsWrong(t *testing.T) {
	_, err := kubeconfig.New(kubeconfig.Options{Poll: -1, Health: kubeconfig.Health{Period: -1}})
	require.EqualError(t, err, "kubeconfig registry: options: one of Path and Bytes is required, and not both\n"+
		"options: Poll is negative\noptions: Health.Period is negative")
}

func TestStartNeedsAFile(t *testing.T) {
	tests := map[string]struct {
		options kubeconfig.Options
		want    string
	}{
		"no file":     {kubeconfig.Options{Path: "/nowhere/kubeconfig"}, "kubeconfig registry: open /nowhere/kubeconfig: no such file or directory"},
		"no contexts": {kubeconfig.Options{Bytes: []byte{}}, "kubeconfig registry: kubeconfig: there are no contexts in it, nor does it say kind: Config"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			registry, err := kubeconfig.New(test.options)
			require.NoError(t, err)
			require.EqualError(t, registry.Start(t.Context()), test.want)
		})
	}
}

func TestEachContextIsAMember(t *testing.T) {
	two := servers.Shared(t, "m1", "m2")
	given := options("")
	given.Bytes = administrators(t, two...)
	given.Labels = map[string]map[string]string{"m2": {"tier": "gold"}}
	registry, _ := start(t, given)
	set := await(t, registry, ready("m1", "m2"))
	require.Equal(t, []federation.ClusterName{"m1", "m2"}, set.Names())
	got, _ := set.Get("m2")
	require.NotEmpty(t, got.Connection)
	require.Equal(t, federation.Cluster{Name: "m2", Ready: true, Labels: labels.Set{"tier": "gold"}, Connection: got.Connection}, got)

	config, err := registry.Config("m2")
	require.NoError(t, err)
	require.EqualValues(t, -1, config.QPS)
	require.NoError(t, clientOf(t, config)())
	_, err = registry.Config("m3")
	require.ErrorIs(t, err, federation.ErrClusterNotFound)
}

func TestChosenContextsStayMembers(t *testing.T) {
	given := options(path(t, administrators(t, servers.Shared(t, "m1", "m2")...)))
	given.Contexts = []string{"m1", "m3"}
	registry, _ := start(t, given)
	set := await(t, registry, ready("m1"))
	require.Equal(t, []federation.ClusterName{"m1", "m3"}, set.Names())
	got, _ := set.Get("m3")
	message := fmt.Sprintf("there is no context %q in %s", "m3", given.Path)
	require.Equal(t, federation.Cluster{Name: "m3", Message: message}, got)
	_, err := registry.Config("m3")
	require.EqualError(t, err, `cluster "m3": `+message)
}

func TestFileIsReadAgain(t *testing.T) {
	two := servers.Shared(t, "m1", "m2")
	file := path(t, administrators(t, two[0]))
	registry, _ := start(t, options(file))
	before, _ := await(t, registry, ready("m1")).Get("m1")

	rewrite(t, file, administrators(t, two...))
	set := await(t, registry, ready("m1", "m2"))
	after, _ := set.Get("m1")
	require.Equal(t, before, after, "what the file says of it is the same")

	rewrite(t, file, administrators(t, two[1]))
	await(t, registry, func(set federation.ClusterSet) bool { return set.Len() == 1 })
	require.Equal(t, []federation.ClusterName{"m2"}, registry.Snapshot().Names())
}

func TestFileThatCannotBeReadChangesNothing(t *testing.T) {
	two := servers.Shared(t, "m1", "m2")
	file := path(t, administrators(t, two...))
	registry, _ := start(t, options(file))
	before := await(t, registry, ready("m1", "m2"))
	for _, content := range []string{"", "half a fi", "apiVersion: v1\n"} {
		rewrite(t, file, []byte(content))
		require.Never(t, func() bool { return registry.Snapshot().Len() != 2 }, 300*time.Millisecond, 50*time.Millisecond)
	}
	require.NoError(t, os.Remove(file))
	require.Never(t, func() bool { return registry.Snapshot().Len() != 2 }, 300*time.Millisecond, 50*time.Millisecond)
	require.Equal(t, before, registry.Snapshot())
}

func TestRenewedTokenIsInForceAtOnce(t *testing.T) {
	member := servers.Shared(t, "m1")[0]
	file := path(t, withUser(t, member, &clientcmdapi.AuthInfo{Token: token(t, member, "first")}))
	registry, _ := start(t, options(file))
	before, _ := await(t, registry, ready("m1")).Get("m1")
	config, err := registry.Config("m1")
	require.NoError(t, err)
	require.Empty(t, config.BearerToken)
	ask := clientOf(t, config)
	require.NoError(t, ask())

	second := token(t, member, "second")
	accounts := controlplanetest.Client(t, member).CoreV1().ServiceAccounts("default")
	require.NoError(t, accounts.Delete(t.Context(), "first", metav1.DeleteOptions{}))
	require.Eventually(t, func() bool { return apierrors.IsUnauthorized(ask()) }, patience, 50*time.Millisecond)
	refused := await(t, registry, func(set federation.ClusterSet) bool { return !ready("m1")(set) })
	got, _ := refused.Get("m1")
	require.Contains(t, got.Message, `does not accept the user of context "m1" (401 Unauthorized): renew it`)

	rewrite(t, file, withUser(t, member, &clientcmdapi.AuthInfo{Token: second}))
	after, _ := await(t, registry, ready("m1")).Get("m1")
	require.NoError(t, ask(), "the client that was made with the first token")
	require.Equal(t, before, after, "it is reached as before")
}

func TestExecPluginsWork(t *testing.T) {
	member := servers.Shared(t, "m1")[0]
	credential := fmt.Sprintf(`{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":%q}}`,
		token(t, member, "plugin"))
	registry, _ := start(t, options(path(t, withUser(t, member, &clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
		APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
		Command: "echo", Args: []string{credential},
	}}))))
	await(t, registry, ready("m1"))
	config, err := registry.Config("m1")
	require.NoError(t, err)
	require.NoError(t, clientOf(t, config)())
}

func TestConnectionChangesWithTheUser(t *testing.T) {
	member := servers.Shared(t, "m1")[0]
	file := path(t, administrators(t, member))
	registry, _ := start(t, options(file))
	before, _ := await(t, registry, ready("m1")).Get("m1")
	rewrite(t, file, withUser(t, member, &clientcmdapi.AuthInfo{Token: token(t, member, "other")}))
	await(t, registry, func(set federation.ClusterSet) bool {
		after, _ := set.Get("m1")
		return after.Ready && after.Connection != before.Connection
	})
}

func TestNothingIsLeftBehind(t *testing.T) {
	file := path(t, administrators(t, servers.Shared(t, "m1")...))
	before := goleak.IgnoreCurrent()
	registry, stop := start(t, options(file))
	await(t, registry, ready("m1"))
	stop()
	goleak.VerifyNone(t, before)
	require.Equal(t, 1, registry.Snapshot().Len(), "the last snapshot stays")
}

package controlplane_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// get asks for the default namespace.
func get(t *testing.T, config *rest.Config) error {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	_, err = client.CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
	return err
}

func create(t *testing.T, server *controlplane.Server, name string) {
	t.Helper()
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
	_, err := controlplanetest.Client(t, server).CoreV1().ConfigMaps("default").Create(t.Context(), object, metav1.CreateOptions{})
	require.NoError(t, err)
}

func names(t *testing.T, server *controlplane.Server) []string {
	t.Helper()
	list, err := controlplanetest.Client(t, server).CoreV1().ConfigMaps("default").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	var names []string
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names
}

// gone says that no process has the id any more.
func gone(pid int) bool { return syscall.Kill(pid, 0) == syscall.ESRCH }

func TestServersOfOneStoreShareNothing(t *testing.T) {
	both := servers.Shared(t, "m1", "m2")
	namespace := controlplanetest.Namespace(t, both[0])
	_, err := controlplanetest.Client(t, both[1]).CoreV1().Namespaces().Get(t.Context(), namespace, metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "%v", err)
}

func TestSharedServersAreStartedOnce(t *testing.T) {
	require.Same(t, servers.Shared(t, "m1")[0], servers.Shared(t, "m1")[0])
}

func TestOnlyGoodCredentialsAreLetIn(t *testing.T) {
	both := servers.Shared(t, "m1", "m2")
	server, other := both[0], both[1]
	as := func(of *controlplane.Server, user controlplane.User) *rest.Config {
		config, err := of.ConfigFor(user)
		require.NoError(t, err)
		return config
	}
	stranger := as(other, controlplane.User{Name: "admin", Groups: []string{"system:masters"}})
	stranger.Host, stranger.CAData = server.URL(), server.CABundle()
	wrongCA := server.Config()
	wrongCA.CAData = other.CABundle()

	require.NoError(t, get(t, server.Config()))
	require.ErrorContains(t, get(t, wrongCA), "certificate signed by unknown authority")
	for name, test := range map[string]struct {
		config *rest.Config
		reason metav1.StatusReason
	}{
		"nobody":                 {server.ConfigWithToken(""), metav1.StatusReasonUnauthorized},
		"a wrong token":          {server.ConfigWithToken("x"), metav1.StatusReasonUnauthorized},
		"another authority":      {stranger, metav1.StatusReasonUnauthorized},
		"an expired certificate": {as(server, controlplane.User{Name: "jo", Lifetime: -time.Second}), metav1.StatusReasonUnauthorized},
		"a user without rights":  {as(server, controlplane.User{Name: "jo"}), metav1.StatusReasonForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.reason, apierrors.ReasonForError(get(t, test.config)))
		})
	}
}

func TestTokenIsThatOfTheServiceAccount(t *testing.T) {
	server := servers.Shared(t, "m1")[0]
	namespace := controlplanetest.Namespace(t, server)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "joined"}}
	_, err := controlplanetest.Client(t, server).CoreV1().ServiceAccounts(namespace).Create(t.Context(), account, metav1.CreateOptions{})
	require.NoError(t, err)
	token, err := server.Token(t.Context(), types.NamespacedName{Namespace: namespace, Name: "joined"}, time.Hour)
	require.NoError(t, err)
	require.ErrorContains(t, get(t, server.ConfigWithToken(token)), "system:serviceaccount:"+namespace+":joined")
}

func TestPausedServerTimesOutAndComesBack(t *testing.T) {
	server := servers.Fresh(t, "paused")[0]
	require.NoError(t, server.Pause())
	impatient := server.Config()
	impatient.Timeout = time.Second
	require.ErrorIs(t, get(t, impatient), context.DeadlineExceeded)
	require.NoError(t, server.Continue())
	require.NoError(t, get(t, server.Config()))
}

func TestRestartKeepsDataAddressAndCredentials(t *testing.T) {
	server := servers.Fresh(t, "restarted")[0]
	create(t, server, "kept")
	config, pid := server.Config(), server.PID()

	server.Kill()
	require.True(t, gone(pid))
	require.Zero(t, server.PID())
	require.ErrorContains(t, get(t, config), "connection refused")
	require.ErrorContains(t, server.Pause(), "does not run")

	require.NoError(t, server.Restart(t.Context()))
	require.NoError(t, get(t, config))
	require.Contains(t, names(t, server), "kept")
}

func TestServerOfTheSameNameIsAnother(t *testing.T) {
	first := servers.Fresh(t, "twin")[0]
	create(t, first, "of-the-first")
	second := servers.Fresh(t, "twin")[0]
	require.NotContains(t, names(t, second), "of-the-first")
	require.NotEqual(t, first.CABundle(), second.CABundle())
}

func TestExpiredServerIsRefusedUntilItIsRenewed(t *testing.T) {
	server := servers.Fresh(t, "expiring")[0]
	require.NoError(t, server.Renew(-time.Second))
	config := server.Config()
	ctx, cancel := context.WithCancel(t.Context())
	var failure error
	var restart sync.WaitGroup
	restart.Go(func() { failure = server.Restart(ctx) })
	require.Eventually(t, func() bool {
		err := get(t, config)
		return err != nil && strings.Contains(err.Error(), "certificate has expired")
	}, time.Minute, 50*time.Millisecond)
	cancel()
	restart.Wait()
	require.ErrorIs(t, failure, context.Canceled, "it is never ready for a client that verifies")
	require.NoError(t, server.Renew(time.Hour))
	require.NoError(t, server.Restart(t.Context()))
}

func TestStopLeavesNothing(t *testing.T) {
	etcd, err := controlplane.StartEtcd(t.Context(), controlplanetest.Binaries(t), t.TempDir())
	require.NoError(t, err)
	server := servers.FreshWith(t, controlplane.ServerOptions{Name: "stopped", Etcd: etcd})[0]
	pids := []int{etcd.PID(), server.PID()}
	require.NoError(t, server.Pause(), "a paused server must stop as well")
	server.Stop()
	etcd.Stop()
	for _, pid := range pids {
		require.True(t, gone(pid))
	}
	_, err = http.Get(etcd.URL())
	require.ErrorContains(t, err, "connection refused")
}

func TestFailedStartShowsTheLog(t *testing.T) {
	etcd, err := controlplane.StartEtcd(t.Context(), controlplanetest.Binaries(t), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(etcd.Stop)
	_, err = controlplane.StartServer(t.Context(), controlplane.ServerOptions{Name: "wrong", Etcd: etcd, Args: []string{"--no-such-flag"}})
	require.ErrorContains(t, err, `server "wrong": start kube-apiserver: it ended before it was ready`)
	require.ErrorContains(t, err, "unknown flag: --no-such-flag")
}

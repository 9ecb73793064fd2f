package kubeconfig_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/kubeconfig"
)

func TestNewNamesAllThatIsWrong(t *testing.T) {
	_, err := kubeconfig.New(kubeconfig.Options{Poll: -1, Health: federation.Health{Period: -1}})
	require.EqualError(t, err, "kubeconfig registry: options: one of Path and Bytes is required, and not both\n"+
		"options: Poll is negative\noptions: Health.Period is negative")
	_, err = kubeconfig.New(kubeconfig.Options{Path: "file", Taints: map[string][]corev1.Taint{"m1": {{Key: "k", Effect: "Evict"}}}})
	require.EqualError(t, err, `kubeconfig registry: options: Taints["m1"]: taints[0] "k:Evict": `+
		`effect: there is no "Evict": write NoSchedule, PreferNoSchedule or NoExecute`)
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
	given.Taints = map[string][]corev1.Taint{"m2": {{Key: "disk", Value: "slow", Effect: corev1.TaintEffectNoSchedule}, {Key: "go", Effect: corev1.TaintEffectNoExecute}}}
	began := time.Now()
	registry, _ := start(t, given)
	set := await(t, registry, ready("m1", "m2"))
	require.Equal(t, []federation.ClusterName{"m1", "m2"}, set.Names())
	got, _ := set.Get("m2")
	require.NotEmpty(t, got.Connection)
	require.WithinRange(t, got.Turned, began, time.Now())
	require.WithinRange(t, got.Taints[1].TimeAdded.Time, began, time.Now())
	require.Equal(t, federation.Cluster{Name: "m2", Ready: true, Labels: labels.Set{"tier": "gold"}, Connection: got.Connection, Turned: got.Turned,
		Taints: []corev1.Taint{
			{Key: "disk", Value: "slow", Effect: corev1.TaintEffectNoSchedule},
			{Key: "go", Effect: corev1.TaintEffectNoExecute, TimeAdded: got.Taints[1].TimeAdded},
		}}, got)

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
	require.Equal(t, federation.Cluster{Name: "m3", Message: message, Turned: got.Turned}, got)
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
	first, revoke := token(t, member)
	second, _ := token(t, member)
	file := path(t, withUser(t, member, &clientcmdapi.AuthInfo{Token: first}))
	registry, _ := start(t, options(file))
	before, _ := await(t, registry, ready("m1")).Get("m1")
	config, err := registry.Config("m1")
	require.NoError(t, err)
	require.Empty(t, config.BearerToken)
	ask := clientOf(t, config)
	require.NoError(t, ask())

	revoke()
	require.Eventually(t, func() bool { return apierrors.IsUnauthorized(ask()) }, patience, 50*time.Millisecond)
	refused := await(t, registry, func(set federation.ClusterSet) bool { return !ready("m1")(set) })
	got, _ := refused.Get("m1")
	require.Contains(t, got.Message, `does not accept the user of context "m1" (401 Unauthorized): renew it`)

	rewrite(t, file, withUser(t, member, &clientcmdapi.AuthInfo{Token: second}))
	after, _ := await(t, registry, ready("m1")).Get("m1")
	require.NoError(t, ask(), "the client that was made with the first token")
	require.Equal(t, before.Connection, after.Connection, "it is reached as before")
	require.True(t, before.Turned.Before(got.Turned) && got.Turned.Before(after.Turned), "it turned twice")
}

func TestExecPluginsWork(t *testing.T) {
	member := servers.Shared(t, "m1")[0]
	secret, _ := token(t, member)
	credential := fmt.Sprintf(`{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":%q}}`, secret)
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
	other, _ := token(t, member)
	rewrite(t, file, withUser(t, member, &clientcmdapi.AuthInfo{Token: other}))
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

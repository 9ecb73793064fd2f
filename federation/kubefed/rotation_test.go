package kubefed_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

func TestRenewedTokenIsInForceAtOnce(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	h.secret("m1", map[string]string{"token": account(t, member, "first")})
	h.put("m1", specOf(member), nil)
	registry, _ := h.start(h.options())
	before, _ := await(t, registry, ready("m1")).Get("m1")
	config, err := registry.Config("m1")
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	ask := func() error {
		_, err := client.CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
		return err
	}
	require.NoError(t, ask())

	revoke(t, member, "first")
	eventually(t, func() bool { return apierrors.IsUnauthorized(ask()) }, "the server has forgotten the token")
	await(t, registry, notReady("m1"))

	h.secret("m1", map[string]string{"token": account(t, member, "second")})
	after, _ := await(t, registry, ready("m1")).Get("m1")
	require.NoError(t, ask(), "the client that was made with the first token")
	require.Equal(t, before.Connection, after.Connection, "it is reached as before")
}

func TestSecretThatIsMadeAnewIsNoOutage(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	h.join(member, nil)
	registry, _ := h.start(h.options())
	await(t, registry, ready("m1"))
	require.NoError(t, h.client.CoreV1().Secrets(h.namespace).Delete(t.Context(), "m1", metav1.DeleteOptions{}))
	h.secret("m1", map[string]string{"token": account(t, member, "fedrail")})
	h.put("marker", newFake(t, "ok").spec("m1"), nil)
	require.True(t, ready("m1")(await(t, registry, ready("marker"))))
	require.Empty(t, h.events.recorded())
}

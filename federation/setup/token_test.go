package setup_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// The account of a member may ask for tokens of its own and of nobody else, and
// the Secret says whose token it holds. Leaving takes that away.
func TestTheAccountMayRenewItsOwnToken(t *testing.T) {
	server, host := newHost(t, "namespaces")
	admin := servers.Shared(t, "m1")[0]
	member := setup.Member{Name: "renewed", Config: admin.Config(), TokenLifetime: 20 * time.Minute}
	require.NoError(t, host.Join(t.Context(), member))
	secret, err := controlplanetest.Client(t, server).CoreV1().Secrets(namespace).Get(t.Context(), "renewed-token", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, namespace+"/fedrail-renewed", secret.Annotations[corev1beta1.RenewTokenAnnotation])

	client, err := kubernetes.NewForConfig(admin.ConfigWithToken(string(secret.Data[corev1beta1.TokenKey])))
	require.NoError(t, err)
	ask := func(account string) (time.Duration, error) {
		seconds := int64(1200)
		answer, err := client.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), account,
			&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}, metav1.CreateOptions{})
		if err != nil {
			return 0, err
		}
		return time.Until(answer.Status.ExpirationTimestamp.Time), nil
	}
	left, err := ask("fedrail-renewed")
	require.NoError(t, err)
	require.Greater(t, left, 10*time.Minute)
	_, err = ask("default")
	require.True(t, apierrors.IsForbidden(err), "%v", err)

	require.NoError(t, host.Unjoin(t.Context(), member))
	_, err = controlplanetest.Client(t, admin).RbacV1().Roles(namespace).Get(t.Context(), "fedrail-renewed-token", metav1.GetOptions{})
	require.True(t, apierrors.IsNotFound(err), "%v", err)
}

package kubefed_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// account returns a token of a service account of that name in the server, who
// may do everything.
func account(t *testing.T, server *controlplane.Server, name string) string {
	t.Helper()
	const namespace = "default"
	client := controlplanetest.Client(t, server)
	_, err := client.CoreV1().ServiceAccounts(namespace).Create(t.Context(),
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	requireThere(t, err)
	_, err = client.RbacV1().ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "test-" + name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}},
	}, metav1.CreateOptions{})
	requireThere(t, err)
	token, err := server.Token(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, time.Hour)
	require.NoError(t, err)
	return token
}

// revoke takes a service account away, and with it all its tokens.
func revoke(t *testing.T, server *controlplane.Server, name string) {
	t.Helper()
	client := controlplanetest.Client(t, server)
	require.NoError(t, client.CoreV1().ServiceAccounts("default").Delete(t.Context(), name, metav1.DeleteOptions{}))
}

func requireThere(t *testing.T, err error) {
	t.Helper()
	if !apierrors.IsAlreadyExists(err) {
		require.NoError(t, err)
	}
}

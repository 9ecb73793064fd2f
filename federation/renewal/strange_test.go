package renewal_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
)

func joined(server *controlplane.Server) setup.Member {
	return setup.Member{Name: server.Cluster(), Config: server.Config()}
}

// unsigned is a token that says this of itself.
func unsigned(said string) string {
	return "hidden." + base64.RawURLEncoding.EncodeToString([]byte(said)) + ".hidden"
}

// put makes a member that nobody reaches, with a Secret that holds the token.
func (b *bed) put(name, token string, annotations map[string]string) {
	b.Helper()
	_, err := b.admin.CoreV1().Secrets(namespace).Create(b.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations}, Data: map[string][]byte{corev1beta1.TokenKey: []byte(token)},
	}, metav1.CreateOptions{})
	require.NoError(b, err)
	cluster := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": corev1beta1.GroupVersion().String(), "kind": "KubeFedCluster", "metadata": map[string]any{"name": name},
		"spec": map[string]any{"apiEndpoint": "https://192.0.2.1:6443", "secretRef": map[string]any{"name": name}},
	}}
	_, err = b.clusters.Create(b.Context(), cluster, metav1.CreateOptions{})
	require.NoError(b, err)
}

func TestOnlyATokenOfItsOwnIsRenewed(t *testing.T) {
	const soon = `"iat":1,"exp":600}`
	of := func(account string) map[string]string {
		return map[string]string{corev1beta1.RenewTokenAnnotation: account}
	}
	b := newBed(t)
	b.put("not-asked", unsigned(`{"sub":"system:serviceaccount:a:b",`+soon), nil)
	b.put("lasting", unsigned(`{"sub":"system:serviceaccount:a:b","iat":1}`), of("a/b"))
	b.put("of-another", unsigned(`{"sub":"system:serviceaccount:a:b",`+soon), of("kube-system/admin"))
	b.put("misspelt", unsigned(`{"sub":"system:serviceaccount:a:b",`+soon), of("b"))
	b.put("opaque", "hidden", of("a/b"))
	b.put("unreadable", unsigned("hidden"), of("a/b"))
	b.renew(time.Hour)
	const mend = ": take the annotation fedrail.io/renew-token away"
	want := []string{
		`misspelt Warning TokenNotRenewable: the token in Secret "misspelt" cannot be renewed: annotation fedrail.io/renew-token: got "b": write namespace/name of the service account`,
		`of-another Warning TokenNotRenewable: the token in Secret "of-another" cannot be renewed: annotation fedrail.io/renew-token: the token is not of the service account kube-system/admin: name its own`,
		`opaque Warning TokenNotRenewable: the token in Secret "opaque" cannot be renewed: key "token": it is no token of a service account` + mend,
		`unreadable Warning TokenNotRenewable: the token in Secret "unreadable" cannot be renewed: key "token": it is no token of a service account that can be read` + mend,
	}
	b.until("all were looked at", func() bool { return len(b.told.events()) == len(want) })
	require.ElementsMatch(t, want, b.told.events())
	for request := range b.requests.Requests() {
		require.Equal(t, "host", request.Cluster, "no member is asked")
		require.False(t, request.Write(), "%s", request)
	}
	require.NotContains(t, fmt.Sprint(b.told.events(), b.told.logged), "hidden")
}

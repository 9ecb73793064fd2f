package federated_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/status"
)

// joined is a bed whose members are KubeFedClusters.
type joined struct {
	*testbed.Bed
	events lines
}

// newJoined makes a bed and runs its registry. A member is joined by the test.
func newJoined(t *testing.T, host *controlplane.Server) *joined {
	j := &joined{Bed: testbed.New(t, host, nil, configMaps)}
	registry, err := kubefed.New(kubefed.Options{
		Host: host.Config(), Namespace: j.System, Recorder: j,
		Health: federation.Health{Period: 300 * time.Millisecond, Timeout: 10 * time.Second},
	})
	require.NoError(t, err)
	j.Clusters = registry
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- registry.Start(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	return j
}

// Event implements kubefed.Recorder.
func (j *joined) Event(object runtime.Object, _, reason, message string) {
	reference, _ := object.(*corev1.ObjectReference)
	j.events.add(fmt.Sprintf("%s %s: %s", reference.Name, reason, message))
}

// secret creates or updates the Secret of a member.
func (j *joined) secret(name string, data map[string]string) {
	j.Helper()
	secrets := controlplanetest.Client(j, j.Host).CoreV1().Secrets(j.System)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: data}
	if _, err := secrets.Update(j.Context(), secret, metav1.UpdateOptions{}); err == nil {
		return
	}
	_, err := secrets.Create(j.Context(), secret, metav1.CreateOptions{})
	require.NoError(j, err)
}

// put creates or updates a KubeFedCluster.
func (j *joined) put(name string, spec corev1beta1.KubeFedClusterSpec) {
	j.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&corev1beta1.KubeFedCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: j.System},
		Spec:       spec,
	})
	require.NoError(j, err)
	delete(content, "status")
	_, err = j.Client.Resource(corev1beta1.KubeFedClusters()).Namespace(j.System).
		Apply(j.Context(), name, &unstructured.Unstructured{Object: content}, metav1.ApplyOptions{FieldManager: "test", Force: true})
	require.NoError(j, err)
}

func specOf(server *controlplane.Server, secret string) corev1beta1.KubeFedClusterSpec {
	return corev1beta1.KubeFedClusterSpec{APIEndpoint: server.URL(), CABundle: server.CABundle(),
		SecretRef: corev1beta1.LocalSecretReference{Name: secret}}
}

// tokenOf is a token that may do everything in a server.
func tokenOf(b *joined, server *controlplane.Server) string {
	b.Helper()
	name := types.NamespacedName{Namespace: b.Namespace, Name: "fedrail"}
	client := controlplanetest.Client(b, server)
	_, err := client.CoreV1().Namespaces().Create(b.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.Namespace}}, metav1.CreateOptions{})
	require.NoError(b, err)
	_, err = client.CoreV1().ServiceAccounts(name.Namespace).Create(b.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name.Name}}, metav1.CreateOptions{})
	require.NoError(b, err)
	_, err = client.RbacV1().ClusterRoleBindings().Create(b.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: b.Namespace},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: name.Namespace, Name: name.Name}},
	}, metav1.CreateOptions{})
	require.NoError(b, err)
	token, err := server.Token(b.Context(), name, time.Hour)
	require.NoError(b, err)
	return token
}

// away is the state of a member that is not ready.
func away(name, why string) state {
	return state{name, status.ClusterNotReady, "the cluster is not ready (" + why + "); it is brought up to date when it returns"}
}

// TestAMemberThatCannotBeReached is told where its objects are read, and the
// others get theirs.
func TestAMemberThatCannotBeReached(t *testing.T) {
	all := servers.Shared(t, "host", "member1", "member2")
	host, member, another := all[0], all[1], all[2]
	j := newJoined(t, host)
	token := tokenOf(j, member)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := listener.Addr().String()
	require.NoError(t, listener.Close())

	j.secret("good", map[string]string{"token": token})
	j.secret("empty", map[string]string{"password": "x"})
	wrongCA, noServer := specOf(member, "good"), specOf(member, "good")
	wrongCA.CABundle, noServer.APIEndpoint = another.CABundle(), "https://"+closed
	j.put("good", specOf(member, "good"))
	j.put("no-server", noServer)
	j.put("no-token", specOf(member, "empty"))
	j.put("wrong-ca", wrongCA)
	refused := "spec.apiEndpoint: connection refused by " + closed + ": nothing listens there"
	noToken := `spec.secretRef.name: Secret "empty" has no key "token": put a bearer token there`
	mismatch := "spec.caBundle does not match the certificate of " + strings.TrimPrefix(member.URL(), "https://") + ": put the authority that signed it there"

	j.Run()
	declare(j.Bed, configMaps, "web", fields{"data": fields{"color": "blue"}})
	untilStates(j.Bed, configMaps, "web", []state{{name: "good"}, away("no-server", refused), away("no-token", noToken), away("wrong-ca", mismatch)})
	for name, event := range map[string]string{"no-server": "ClusterNotReachable: cluster is not reachable: " + refused, "no-token": "MalformedClusterConfig: " + noToken, "wrong-ca": "ClusterNotReachable: cluster is not reachable: " + mismatch} {
		j.Until("event of "+name, func() bool { return slices.Contains(strings.Split(j.events.all(), "\n"), name+" "+event) })
		_, why, _ := strings.Cut(event, ": spec.")
		require.Contains(t, conditionsOf(j, name), "spec."+why)
	}
	ready := testbed.ReadyCondition(j.Status(configMaps, "web"))
	require.Equal(t, "CheckClusters", ready.Reason)
	require.Contains(t, ready.Message, "1 of 4 clusters hold what they should; no-server: ClusterNotReady: the cluster is not ready ("+refused)

	t.Run("another trouble is told as well", func(t *testing.T) {
		j.secret("empty", map[string]string{"token": "two words"})
		strange := `spec.secretRef.name: Secret "empty": the key "token" holds something else than a bearer token`
		untilStates(j.Bed, configMaps, "web", []state{{name: "good"}, away("no-server", refused), away("no-token", strange), away("wrong-ca", mismatch)})
	})
	t.Run("mended", func(t *testing.T) {
		j.secret("empty", map[string]string{"token": token})
		j.put("wrong-ca", specOf(member, "good"))
		untilStates(j.Bed, configMaps, "web", []state{{name: "good"}, away("no-server", refused), {name: "no-token"}, {name: "wrong-ca"}})
	})
}

// conditionsOf are the messages of a KubeFedCluster's conditions.
func conditionsOf(j *joined, name string) string {
	j.Helper()
	o, err := j.Client.Resource(corev1beta1.KubeFedClusters()).Namespace(j.System).Get(j.Context(), name, metav1.GetOptions{})
	require.NoError(j, err)
	conditions, _, err := unstructured.NestedSlice(o.Object, "status", "conditions")
	require.NoError(j, err)
	return fmt.Sprint(conditions...)
}

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// forgetting is how long an API server may take to notice that a token is good
// for nothing any more, or that it has another certificate.
const forgetting = 90 * time.Second

// A credential that is replaced while objects are carried is no outage, and needs
// no restart.
func TestRotatedCredential(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	w.start(quick)
	declared := names(0, 60)
	for i := range 6 {
		w.together(declared[10*i:10*i+10], w.declareConfigMap)
		require.NoError(t, w.setup().Join(t.Context(), member(servers.Shared(t, "m1")[0])))
	}
	w.holdExactly(declared)
	require.Empty(t, w.eventsOf("m1"), "nobody is told of trouble")
}

// A credential that the member does not accept any more is named where people
// look, and what waits for the member is done at once when there is a good one.
func TestRevokedCredential(t *testing.T) {
	w := newWorld(t, "m2")
	robbed := servers.Fresh(t, "robbed")[0]
	w.join(robbed)
	p := w.start(quick)
	declared := names(0, 30)
	w.together(declared[:10], w.declareConfigMap)
	w.holdExactly(declared[:10])

	accounts := controlplanetest.Client(t, robbed).CoreV1().ServiceAccounts(corev1beta1.DefaultNamespace)
	require.NoError(t, accounts.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}))
	w.says("robbed", `does not accept the token in Secret "robbed-token" (401 Unauthorized): renew it`)
	w.together(declared[10:], w.declareConfigMap)
	require.Eventually(t, func() bool { return len(w.held(w.members[0])) == len(declared) }, soon, tick, "the other member has its objects")
	require.Eventually(t, func() bool {
		return strings.Contains(w.told(declared[29], "robbed"), `ClusterNotReady: the cluster is not ready (`+strings.TrimPrefix(robbed.URL(), "https://")+` does not accept the token`)
	}, soon, tick, "each object says why it is not there")

	require.NoError(t, w.setup().Join(t.Context(), member(robbed)))
	back := time.Now()
	w.holdExactly(declared)
	t.Logf("held by all %v after the credential was restored", time.Since(back).Round(time.Millisecond))
	require.Equal(t, 0, p.terminate())
}

// A member whose certificate has expired is left alone and says so; its renewal
// is noticed without a restart of anything.
func TestExpiredCertificate(t *testing.T) {
	w := newWorld(t, "m2")
	lapsed := servers.Fresh(t, "lapsed")[0]
	w.join(lapsed)
	p := w.start(quick)
	declared := names(0, 30)
	w.together(declared[:10], w.declareConfigMap)
	w.holdExactly(declared[:10])

	require.NoError(t, lapsed.Renew(-time.Second))
	w.says("lapsed", "renew it, or list ValidityPeriod in spec.disabledTLSValidations")
	w.together(declared[10:], w.declareConfigMap)
	require.Eventually(t, func() bool { return len(w.held(w.members[0])) == len(declared) }, soon, tick, "the other member has its objects")

	require.NoError(t, lapsed.Renew(time.Hour))
	require.Eventually(t, func() bool { return strings.HasSuffix(w.condition("lapsed"), "/healthz responded with ok") }, forgetting, tick)
	back := time.Now()
	w.holdExactly(declared)
	t.Logf("held by all %v after the certificate was seen to be renewed", time.Since(back).Round(time.Millisecond))
	require.Equal(t, 0, p.terminate())
}

// says waits until the status of a member has these words.
func (w *world) says(name, words string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return strings.Contains(w.condition(name), words) }, forgetting, tick, "%s: %s", name, words)
}

// condition is the first condition of a member: its type and its message.
func (w *world) condition(name string) string {
	w.t.Helper()
	object, err := w.client.Resource(corev1beta1.KubeFedClusters()).Namespace(corev1beta1.DefaultNamespace).
		Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	var cluster corev1beta1.KubeFedCluster
	require.NoError(w.t, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &cluster))
	if len(cluster.Status.Conditions) == 0 {
		return ""
	}
	c := cluster.Status.Conditions[0]
	return string(c.Type) + ": " + c.Message
}

// told is what a FederatedConfigMap says of a cluster: its status and its message.
func (w *world) told(name, cluster string) string {
	w.t.Helper()
	object, err := w.federated("federatedconfigmaps").Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	clusters, _, err := unstructured.NestedSlice(object.Object, "status", "clusters")
	require.NoError(w.t, err)
	for _, c := range clusters {
		if is, _ := c.(map[string]any); is["name"] == cluster {
			status, _ := is["status"].(string)
			message, _ := is["message"].(string)
			return status + ": " + message
		}
	}
	return ""
}

// eventsOf are the events about a member.
func (w *world) eventsOf(name string) []string {
	w.t.Helper()
	list, err := controlplanetest.Client(w.t, w.host).CoreV1().Events(corev1beta1.DefaultNamespace).
		List(context.Background(), metav1.ListOptions{FieldSelector: "involvedObject.name=" + name})
	require.NoError(w.t, err)
	var all []string
	for _, e := range list.Items {
		all = append(all, e.Reason+": "+e.Message)
	}
	return all
}

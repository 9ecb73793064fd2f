package main

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/fedrail/fedrail/examples/controller/plane"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// On a host where only the definitions are, the controller makes its own config,
// leads, carries objects, and says how it is; and it ends when it is asked to.
func TestController(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	p := w.start("")
	p.says(`"Using valid KubeFedConfig" namespace="kube-federation-system" name="kubefed"`)
	p.says("Starting cluster controller")
	p.says("promoted as leader")
	w.declareConfigMap("settings")
	w.arrives("settings")

	p.isReady("leader")
	status, body := p.get("/healthz")
	require.Equal(t, []any{http.StatusOK, "ok"}, []any{status, body})
	_, metrics := p.get("/metrics")
	for _, line := range []string{
		`fedrail_requests_total{cluster="m1",code="2xx",group="",resource="configmaps",subresource="",verb="patch"}`,
		`kubefedcluster_total{cluster="m2",state="ready"} 1`,
		"joined_cluster_total 2",
		`workqueue_adds_total{name="configmaps/plan"}`,
		"go_goroutines", "process_open_fds",
	} {
		require.Contains(t, metrics, line)
	}
	for _, token := range w.tokens() {
		require.NotContains(t, p.log.String(), token)
	}

	require.Equal(t, 0, p.terminate())
	require.Empty(t, w.holder(), "the lease is given back")
	config, err := w.client.Resource(corev1beta1.KubeFedConfigs()).Namespace(corev1beta1.DefaultNamespace).
		Get(t.Context(), corev1beta1.ConfigName, metav1.GetOptions{})
	require.NoError(t, err)
	scope, _, err := unstructured.NestedString(config.Object, "spec", "scope")
	require.NoError(t, err)
	require.Equal(t, "Cluster", scope)
}

// One instance works; the other stands by, is ready, and takes over when the first
// is killed.
func TestStandby(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	first := w.start(quick)
	first.says("promoted as leader")
	second := w.start(quick)
	second.isReady("standby")
	w.declareConfigMap("before")
	w.arrives("before")
	_, metrics := second.get("/metrics")
	require.NotContains(t, metrics, `cluster="m1"`, "a standby speaks to no member")

	first.kill()
	w.declareConfigMap("after")
	w.arrives("after")
	second.isReady("leader")
	require.Equal(t, 0, second.terminate())
}

// Whoever loses the lease stops working at once and says so.
func TestLostLease(t *testing.T) {
	w := newWorld(t, "m1")
	p := w.start(quick)
	p.isReady("leader")
	leases := controlplanetest.Client(t, w.host).CoordinationV1().Leases(corev1beta1.DefaultNamespace)
	theft := `{"spec":{"holderIdentity":"thief","leaseDurationSeconds":3600,"renewTime":"` + time.Now().UTC().Format("2006-01-02T15:04:05.000000Z") + `"}}`
	_, err := leases.Patch(t.Context(), corev1beta1.LeaderElectionName, types.MergePatchType, []byte(theft), metav1.PatchOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, p.exit())
	lines := bytes.Split(bytes.TrimSpace(p.log.bytes()), []byte("\n"))
	require.Equal(t, "controller: lost lease: another instance may be the leader now", string(lines[len(lines)-1]))
	require.Equal(t, "thief", w.holder())
}

// A controller in our own process leaves no goroutine behind.
func TestNothingIsLeft(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	before := goleak.IgnoreCurrent()
	host, err := clientcmd.BuildConfigFromFlags("", w.kubeconfig)
	require.NoError(t, err)
	config, err := plane.LoadConfig(t.Context(), host, corev1beta1.DefaultNamespace)
	require.NoError(t, err)
	p, err := plane.New(plane.Options{Host: host, Namespace: corev1beta1.DefaultNamespace, Config: config,
		HealthAddr: "127.0.0.1:0", MetricsAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	w.declareConfigMap("settings")
	w.arrives("settings")
	stop()
	require.NoError(t, <-ended)
	require.Empty(t, w.holder(), "the lease is given back")
	goleak.VerifyNone(t, before)
}

// With the feature off, members are watched but nothing is carried.
func TestPushReconcilerOff(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	p := w.start(quick + "  featureGates: [{name: PushReconciler, configuration: Disabled}]\n")
	w.declareConfigMap("settings")
	p.isReady("leader")
	require.Eventually(t, func() bool {
		_, metrics := p.get("/metrics")
		return bytes.Contains([]byte(metrics), []byte(`kubefedcluster_total{cluster="m1",state="ready"} 1`))
	}, soon, tick)
	p.says("nothing is carried to the members")
	require.Equal(t, 0, p.terminate())
	require.Empty(t, w.held(w.members[0]))
	object, err := w.federated("federatedconfigmaps").Get(t.Context(), "settings", metav1.GetOptions{})
	require.NoError(t, err)
	require.Empty(t, object.GetFinalizers())
}

// Status comes back where the feature and the type ask for it.
func TestRawResourceStatusCollection(t *testing.T) {
	w := newWorld(t, "m1")
	_, err := w.client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(corev1beta1.DefaultNamespace).Patch(t.Context(), "namespaces",
		types.MergePatchType, []byte(`{"spec":{"statusCollection":"Enabled"}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	w.start(quick + "  featureGates: [{name: RawResourceStatusCollection, configuration: Enabled}]\n")
	require.Eventually(t, func() bool {
		object, err := w.federated("federatednamespaces").Get(t.Context(), w.namespace, metav1.GetOptions{})
		require.NoError(t, err)
		clusters, _, err := unstructured.NestedSlice(object.Object, "status", "clusters")
		require.NoError(t, err)
		want := []any{map[string]any{"name": "m1", "health": "Healthy", "remoteStatus": map[string]any{"phase": "Active"}}}
		return equal(want, clusters)
	}, soon, tick)
}

// The host may be a member of its own federation. Its own namespace is then a
// copy as well, and survives.
func TestHostIsAMember(t *testing.T) {
	w := newWorld(t)
	w.join(w.host)
	p := w.start(quick)
	w.declareConfigMap("settings")
	w.arrives("settings")

	require.NoError(t, w.federated("federatednamespaces").Delete(t.Context(), w.namespace, metav1.DeleteOptions{}))
	require.Eventually(t, func() bool {
		_, err := w.federated("federatednamespaces").Get(t.Context(), w.namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	}, soon, tick)
	require.Empty(t, w.held(w.members[0]))
	own, err := controlplanetest.Client(t, w.host).CoreV1().Namespaces().Get(t.Context(), w.namespace, metav1.GetOptions{})
	require.NoError(t, err)
	require.Nil(t, own.DeletionTimestamp, "the host's own namespace stays")
	require.NotContains(t, own.Labels, "kubefed.io/managed")
	require.Equal(t, 0, p.terminate())
}

package kubefed_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func TestFrozenMemberIsNoticedAndItsReturn(t *testing.T) {
	h := newHost(t)
	frozen, other := servers.Fresh(t, "frozen")[0], servers.Shared(t, "m1")[0]
	h.join(frozen, nil)
	h.join(other, nil)
	registry, _ := h.start(h.options())
	await(t, registry, ready("m1"))
	before, _ := await(t, registry, ready("frozen")).Get("m1")
	eventually(t, func() bool { return len(h.get("frozen").Status.Conditions) > 0 }, "the status is written")

	require.NoError(t, frozen.Pause())
	paused := time.Now()
	got, _ := await(t, registry, notReady("frozen")).Get("frozen")
	t.Logf("not ready after %s", time.Since(paused))
	require.Equal(t, "no answer from "+frozen.URL()[len("https://"):]+" within 1s", got.Message)
	offline := corev1beta1.ClusterCondition{
		Type: "Offline", Status: "True", Reason: "ClusterNotReachable", Message: "cluster is not reachable: " + got.Message,
	}
	eventually(t, func() bool { return h.get("frozen").Status.Conditions[0].Type == offline.Type }, "it is recorded as offline")
	require.Equal(t, []corev1beta1.ClusterCondition{offline}, h.status("frozen").Conditions)

	require.NoError(t, frozen.Continue())
	thawed := time.Now()
	await(t, registry, ready("frozen"))
	t.Logf("ready again after %s", time.Since(thawed))
	require.Less(t, time.Since(thawed), 5*time.Second)
	after, _ := registry.Snapshot().Get("m1")
	require.Equal(t, before, after, "the other member is as it was")
	eventually(t, func() bool { return len(h.events.recorded()) == 2 }, "two transitions, two events")
	require.Equal(t, []string{
		"frozen Warning ClusterNotReachable: " + offline.Message,
		"frozen Normal ClusterReady: the cluster is ready again",
	}, h.events.recorded())
}

// fake is an endpoint that answers /healthz as it is told. It is no API server.
type fake struct {
	*httptest.Server
	probes atomic.Int32
	body   atomic.Pointer[string]
}

func newFake(t *testing.T, body string) *fake {
	f := &fake{}
	f.body.Store(&body)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/healthz" {
			http.NotFound(w, req)
			return
		}
		f.probes.Add(1)
		_, _ = w.Write([]byte(*f.body.Load()))
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) spec(secret string) corev1beta1.KubeFedClusterSpec {
	return corev1beta1.KubeFedClusterSpec{APIEndpoint: f.URL, SecretRef: corev1beta1.LocalSecretReference{Name: secret}}
}

func TestStatusIsWrittenWhenItIsNewsOnly(t *testing.T) {
	h := newHost(t)
	member := newFake(t, "ok")
	h.secret("token", map[string]string{"token": "any"})
	h.put("fake", member.spec("token"), nil)
	options := h.options()
	config, patches := counted(h.config, http.MethodPatch)
	options.Host = config
	registry, stop := h.start(options)
	await(t, registry, ready("fake"))
	eventually(t, func() bool { return patches.Load() == 1 }, "it is ready")
	probes := member.probes.Load()
	eventually(t, func() bool { return member.probes.Load() > probes+5 }, "five more probes")
	require.EqualValues(t, 1, patches.Load())

	down := "down"
	member.body.Store(&down)
	await(t, registry, notReady("fake"))
	eventually(t, func() bool { return patches.Load() == 2 }, "it is not ready")
	probes = member.probes.Load()
	eventually(t, func() bool { return member.probes.Load() > probes+5 }, "five more probes")
	require.EqualValues(t, 2, patches.Load())
	message := member.URL[len("http://"):] + " answered 200 and not ok"
	require.Equal(t, []corev1beta1.ClusterCondition{
		{Type: "Ready", Status: "False", Reason: "ClusterNotReady", Message: "/healthz responded without ok: " + message},
		{Type: "Offline", Status: "False", Reason: "ClusterReachable", Message: "cluster is reachable"},
	}, h.status("fake").Conditions)

	stop()
	second, _ := h.start(options)
	got, _ := await(t, second, func(set federation.ClusterSet) bool { return set.Len() == 1 }).Get("fake")
	require.Equal(t, message, got.Message, "the record counts after a restart")
	probes = member.probes.Load()
	eventually(t, func() bool { return member.probes.Load() > probes+5 }, "five more probes")
	require.EqualValues(t, 2, patches.Load(), "a restart is no news")
}

func TestRecordCountsUntilProbesSayOtherwise(t *testing.T) {
	h := newHost(t)
	hanging := make(chan struct{})
	member := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hanging }))
	t.Cleanup(member.Close)
	t.Cleanup(func() { close(hanging) })
	h.secret("token", map[string]string{"token": "any"})
	spec := corev1beta1.KubeFedClusterSpec{APIEndpoint: member.URL, SecretRef: corev1beta1.LocalSecretReference{Name: "token"}}
	h.put("was-ready", spec, nil)
	h.put("was-nothing", spec, nil)
	h.put("well", newFake(t, "ok").spec("token"), nil)
	h.record("was-ready", `[{"type":"Ready","status":"True","lastProbeTime":"2026-01-01T00:00:00Z"}]`)

	registry, _ := h.start(h.options())
	first := await(t, registry, func(set federation.ClusterSet) bool { return set.Len() == 3 })
	require.True(t, ready("was-ready")(first), "nothing says otherwise yet")
	unknown, _ := first.Get("was-nothing")
	require.Equal(t, "it was not probed yet", unknown.Message)
	second := await(t, registry, ready("well"))
	require.True(t, ready("was-ready")(second), "a member that hangs delays no other")
	await(t, registry, notReady("was-ready"))
}

// record writes the conditions of a KubeFedCluster.
func (h *host) record(name, conditions string) {
	h.t.Helper()
	patch := []byte(`{"status":{"conditions":` + conditions + `}}`)
	_, err := h.clusters.Patch(h.t.Context(), name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	require.NoError(h.t, err)
}

package kubefed_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

func TestNewNamesAllThatIsWrong(t *testing.T) {
	_, err := kubefed.New(kubefed.Options{Health: federation.Health{Timeout: -1}})
	require.EqualError(t, err, "kubefed registry: options: Host is required\noptions: Health.Timeout is negative")
}

func TestStartIsOnceOnly(t *testing.T) {
	h := newHost(t)
	registry, stop := h.start(h.options())
	await(t, registry, func(set federation.ClusterSet) bool { return set.Len() == 0 })
	require.EqualError(t, registry.Start(t.Context()), "kubefed registry: it was started before")
	stop()
}

func TestNothingIsKnownBeforeTheFirstList(t *testing.T) {
	registry, err := kubefed.New(kubefed.Options{Host: &rest.Config{Host: "https://127.0.0.1:1"}})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- registry.Start(ctx) }()
	for set := range registry.Watch(ctx) {
		require.Fail(t, "a snapshot", "%v", set)
	}
	require.NoError(t, <-ended)
	_, err = registry.Config("eu")
	require.ErrorIs(t, err, federation.ErrClusterNotFound)
}

func TestMemberIsDescribedAsItIs(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	node(t, member, "n1", map[string]string{corev1.LabelTopologyRegion: "eu", corev1.LabelTopologyZone: "eu-2"})
	node(t, member, "n2", map[string]string{corev1.LabelTopologyRegion: "eu", corev1.LabelTopologyZone: "eu-1"})
	h.join(member, map[string]string{"tier": "gold"})
	registry, _ := h.start(h.options())

	got, _ := await(t, registry, ready("m1")).Get("m1")
	require.NotEmpty(t, got.Connection)
	require.NotZero(t, got.Turned)
	require.Equal(t, federation.Cluster{
		Name: "m1", Labels: labels.Set{"tier": "gold"}, Ready: true,
		Region: "eu", Zones: []string{"eu-1", "eu-2"}, Connection: got.Connection, Turned: got.Turned,
	}, got)

	eventually(t, func() bool { return len(h.get("m1").Status.Conditions) > 0 }, "the status is written")
	require.Equal(t, corev1beta1.KubeFedClusterStatus{
		Conditions: []corev1beta1.ClusterCondition{{
			Type: "Ready", Status: "True", Reason: "ClusterReady", Message: "/healthz responded with ok",
		}},
		KubernetesVersion: controlplane.Version, Region: "eu", Zones: []string{"eu-1", "eu-2"},
	}, h.status("m1"))
	require.Empty(t, h.events.recorded(), "to be well is no event")
}

func node(t *testing.T, server *controlplane.Server, name string, labels map[string]string) {
	client := controlplanetest.Client(t, server)
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	_, err := client.CoreV1().Nodes().Create(t.Context(), node, metav1.CreateOptions{})
	requireThere(t, err)
}

func TestMembersComeChangeAndGo(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	registry, _ := h.start(h.options())
	await(t, registry, func(set federation.ClusterSet) bool { return set.Len() == 0 })

	h.join(member, map[string]string{"tier": "gold"})
	first, _ := await(t, registry, ready("m1")).Get("m1")

	h.put("m1", specOf(member), map[string]string{"tier": "iron"})
	second, _ := await(t, registry, func(set federation.ClusterSet) bool {
		c, _ := set.Get("m1")
		return c.Labels["tier"] == "iron"
	}).Get("m1")
	require.Equal(t, first.Connection, second.Connection, "labels say nothing of how it is reached")

	spec := specOf(member)
	spec.DisabledTLSValidations = []corev1beta1.TLSValidation{corev1beta1.TLSSubjectName}
	h.put("m1", spec, nil)
	await(t, registry, func(set federation.ClusterSet) bool {
		c, _ := set.Get("m1")
		return c.Ready && c.Connection != first.Connection
	})

	require.NoError(t, h.clusters.Delete(t.Context(), "m1", metav1.DeleteOptions{}))
	await(t, registry, func(set federation.ClusterSet) bool { return set.Len() == 0 })
	_, err := registry.Config("m1")
	require.ErrorIs(t, err, federation.ErrClusterNotFound)
	require.EqualError(t, err, `cluster "m1": not a member of the federation`)
}

func TestConfigIsTheCallersOwn(t *testing.T) {
	h := newHost(t)
	member := servers.Shared(t, "m1")[0]
	h.join(member, nil)
	registry, _ := h.start(h.options())
	await(t, registry, ready("m1"))

	config, err := registry.Config("m1")
	require.NoError(t, err)
	require.Equal(t, member.URL(), config.Host)
	require.EqualValues(t, -1, config.QPS)
	require.Zero(t, config.Timeout)
	require.Empty(t, config.BearerToken)
	config.Host = "https://elsewhere"

	again, err := registry.Config("m1")
	require.NoError(t, err)
	require.Equal(t, member.URL(), again.Host)
	client, err := kubernetes.NewForConfig(again)
	require.NoError(t, err)
	_, err = client.CoreV1().Namespaces().Get(t.Context(), "default", metav1.GetOptions{})
	require.NoError(t, err)
}

// counted counts the requests of a config, by method.
func counted(config *rest.Config, method string) (*rest.Config, *atomic.Int32) {
	var count atomic.Int32
	config = rest.CopyConfig(config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method == method {
				count.Add(1)
			}
			return next.RoundTrip(req)
		})
	})
	return config, &count
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

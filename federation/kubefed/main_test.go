package kubefed_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/crds"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// patience is for what should take a moment and may take longer on a busy
// machine.
const patience = 30 * time.Second

// quick makes the fate of a member that hangs known within some seconds.
func quick() federation.Health {
	return federation.Health{Period: 100 * time.Millisecond, Timeout: time.Second, FailureThreshold: 3}
}

// calm is for members that do not hang, on a busy machine.
func calm() federation.Health {
	return federation.Health{Period: 500 * time.Millisecond, Timeout: patience}
}

// host is a namespace, of the test's own, for KubeFedClusters.
type host struct {
	t         *testing.T
	config    *rest.Config
	namespace string
	clusters  dynamic.ResourceInterface
	client    *kubernetes.Clientset
	events    events
}

func newHost(t *testing.T) *host {
	server := servers.Shared(t, "host")[0]
	all, err := crds.All()
	require.NoError(t, err)
	crdtest.Install(t, server.Config(), all...)
	client, err := dynamic.NewForConfig(server.Config())
	require.NoError(t, err)
	namespace := controlplanetest.Namespace(t, server)
	return &host{
		t: t, config: server.Config(), namespace: namespace,
		clusters: client.Resource(corev1beta1.KubeFedClusters()).Namespace(namespace),
		client:   controlplanetest.Client(t, server),
	}
}

// put creates or updates a KubeFedCluster, apart from its status.
func (h *host) put(name string, spec corev1beta1.KubeFedClusterSpec, labels map[string]string) {
	h.t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&corev1beta1.KubeFedCluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: corev1beta1.GroupVersion().String(), Kind: "KubeFedCluster"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: h.namespace, Labels: labels},
		Spec:       spec,
	})
	require.NoError(h.t, err)
	delete(content, "status")
	options := metav1.ApplyOptions{FieldManager: "test", Force: true}
	_, err = h.clusters.Apply(h.t.Context(), name, &unstructured.Unstructured{Object: content}, options)
	require.NoError(h.t, err)
}

// secret creates or updates a Secret.
func (h *host) secret(name string, data map[string]string) {
	h.t.Helper()
	secrets := h.client.CoreV1().Secrets(h.namespace)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: data}
	if _, err := secrets.Update(h.t.Context(), secret, metav1.UpdateOptions{}); err == nil {
		return
	}
	_, err := secrets.Create(h.t.Context(), secret, metav1.CreateOptions{})
	require.NoError(h.t, err)
}

// join makes server a member, with a token that may do everything there.
func (h *host) join(server *controlplane.Server, labels map[string]string) {
	h.t.Helper()
	h.secret(server.Cluster(), map[string]string{corev1beta1.TokenKey: account(h.t, server, "fedrail")})
	h.put(server.Cluster(), specOf(server), labels)
}

func specOf(server *controlplane.Server) corev1beta1.KubeFedClusterSpec {
	return corev1beta1.KubeFedClusterSpec{
		APIEndpoint: server.URL(),
		CABundle:    server.CABundle(),
		SecretRef:   corev1beta1.LocalSecretReference{Name: server.Cluster()},
	}
}

// get reads a KubeFedCluster.
func (h *host) get(name string) corev1beta1.KubeFedCluster {
	h.t.Helper()
	u, err := h.clusters.Get(h.t.Context(), name, metav1.GetOptions{})
	require.NoError(h.t, err)
	var cluster corev1beta1.KubeFedCluster
	require.NoError(h.t, runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &cluster))
	return cluster
}

// status reads the status of a KubeFedCluster, and checks and drops its times.
func (h *host) status(name string) corev1beta1.KubeFedClusterStatus {
	h.t.Helper()
	status := h.get(name).Status
	for i := range status.Conditions {
		require.NotZero(h.t, status.Conditions[i].LastProbeTime)
		require.NotZero(h.t, status.Conditions[i].LastTransitionTime)
		status.Conditions[i].LastProbeTime, status.Conditions[i].LastTransitionTime = metav1.Time{}, metav1.Time{}
	}
	return status
}

// options of a registry over the host that hears of trouble soon.
func (h *host) options() kubefed.Options {
	return kubefed.Options{Host: h.config, Namespace: h.namespace, Health: quick(), Recorder: &h.events}
}

// start runs a registry until the test ends or stop is called.
func (h *host) start(options kubefed.Options) (registry *kubefed.Registry, stop func()) {
	h.t.Helper()
	registry, err := kubefed.New(options)
	require.NoError(h.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- registry.Start(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(h.t, <-ended)
	})
	h.t.Cleanup(stop)
	return registry, stop
}

// await returns the first snapshot that is as wanted.
func await(t *testing.T, registry federation.Registry, wanted func(federation.ClusterSet) bool) federation.ClusterSet {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for set := range registry.Watch(ctx) {
		if wanted(set) {
			return set
		}
	}
	require.Fail(t, "the members never were as wanted", "%+v", registry.Snapshot())
	return federation.ClusterSet{}
}

func ready(name federation.ClusterName) func(federation.ClusterSet) bool {
	return func(set federation.ClusterSet) bool {
		c, _ := set.Get(name)
		return c.Ready
	}
}

func notReady(name federation.ClusterName) func(federation.ClusterSet) bool {
	return func(set federation.ClusterSet) bool {
		c, found := set.Get(name)
		return found && !c.Ready
	}
}

func eventually(t *testing.T, condition func() bool, what string) {
	t.Helper()
	require.Eventually(t, condition, patience, 20*time.Millisecond, what)
}

// events remembers those that were recorded.
type events struct {
	mu  sync.Mutex
	all []string
}

func (e *events) Event(object runtime.Object, eventtype, reason, message string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	reference, _ := object.(*corev1.ObjectReference)
	e.all = append(e.all, fmt.Sprintf("%s %s %s: %s", reference.Name, eventtype, reason, message))
}

func (e *events) recorded() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.all...)
}

package verbs_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/controller/plane"
	"github.com/fedrail/fedrail/examples/fedctl/verbs"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) {
	if os.Getenv(asFedctl) != "" {
		beFedctl()
	}
	servers.Main(m)
}

const (
	tick = 50 * time.Millisecond
	soon = 30 * time.Second
)

// world is a host of its own, clusters beside it, and a kubeconfig file with a context
// for each of them, of the same name. The current context is the host.
type world struct {
	*testing.T
	host       *controlplane.Server
	clusters   []*controlplane.Server
	kubeconfig string
	namespace  string // of this test alone, on the host
}

// newWorld has a host on which nothing is installed, and clusters of these names that
// are no members.
func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	w := &world{T: t, host: servers.Fresh(t, "host")[0]}
	w.clusters = servers.Shared(t, names...)
	content, err := controlplane.Kubeconfig(append([]*controlplane.Server{w.host}, w.clusters...)...)
	require.NoError(t, err)
	w.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(w.kubeconfig, content, 0o600))
	w.namespace = controlplanetest.Namespace(t, w.host)
	return w
}

// newFederation is a world in which the clusters are members, and types are enabled
// beside namespaces and configmaps. No controller runs.
func newFederation(t *testing.T, names []string, types ...string) *world {
	t.Helper()
	w := newWorld(t, names...)
	host := w.setup()
	require.NoError(t, host.Install(t.Context()))
	require.NoError(t, host.Enable(t.Context(), append([]string{"namespaces", "configmaps"}, types...)...))
	for _, c := range w.clusters {
		require.NoError(t, host.Join(t.Context(), setup.Member{Name: c.Cluster(), Config: c.Config()}))
	}
	return w
}

func (w *world) setup() setup.Host {
	return setup.Host{Config: w.host.Config(), Namespace: corev1beta1.DefaultNamespace}
}

// control runs the reference controller until the test ends, or the function that it
// returns is called.
func (w *world) control() (stop func()) {
	w.Helper()
	host := w.host.Config()
	config, err := plane.LoadConfig(w.Context(), host, corev1beta1.DefaultNamespace)
	require.NoError(w, err)
	config.Spec.ClusterHealthCheck.Period = &metav1.Duration{Duration: time.Second}
	p, err := plane.New(plane.Options{Host: host, Namespace: corev1beta1.DefaultNamespace, Config: config, Election: plane.Elect})
	require.NoError(w, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	w.Cleanup(stop)
	return stop
}

// result is what one run of the program did.
type result struct {
	out, err string
	code     int
}

// fedctl runs the program with the world's kubeconfig.
func (w *world) fedctl(args ...string) result {
	w.Helper()
	return w.feed("", args...)
}

// feed runs it with something on its standard input.
func (w *world) feed(input string, args ...string) result {
	w.Helper()
	return run(w.Context(), input, append([]string{"--kubeconfig=" + w.kubeconfig, "--host-cluster-context=host"}, args...)...)
}

// run is the program, with no host but what the arguments say.
func run(ctx context.Context, input string, args ...string) result {
	var out, errOut bytes.Buffer
	streams := genericiooptions.IOStreams{In: strings.NewReader(input), Out: &out, ErrOut: &errOut}
	code := verbs.Run(ctx, append([]string{"fedctl"}, args...), streams)
	return result{out: out.String(), err: errOut.String(), code: code}
}

// ok runs the program and requires that it succeeds.
func (w *world) ok(args ...string) result {
	w.Helper()
	r := w.fedctl(args...)
	require.Zero(w, r.code, "%s\n%s", r.out, r.err)
	return r
}

// until runs the program again and again until a condition holds.
func (w *world) until(holds func(result) bool, args ...string) result {
	w.Helper()
	var r result
	require.Eventually(w, func() bool { r = w.fedctl(args...); return holds(r) }, soon, tick)
	return r
}

// objects are those of a kind in a cluster, in the test's namespace, or in none.
func (w *world) objects(cluster *rest.Config, resource schema.GroupVersionResource) dynamic.ResourceInterface {
	w.Helper()
	client, err := dynamic.NewForConfig(cluster)
	require.NoError(w, err)
	return client.Resource(resource).Namespace(w.namespace)
}

func federatedTypes(plural string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "types.kubefed.io", Version: "v1beta1", Resource: plural}
}

// declare creates a federated object in the test's namespace; spec has no placement
// unless it says so, and is then for all clusters.
func (w *world) declare(kind, plural, name string, spec map[string]any) {
	w.Helper()
	if _, placed := spec["placement"]; !placed {
		spec["placement"] = map[string]any{"clusterSelector": map[string]any{}}
	}
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "types.kubefed.io/v1beta1", "kind": kind, "metadata": map[string]any{"name": name}, "spec": spec,
	}}
	_, err := w.objects(w.host.Config(), federatedTypes(plural)).Create(w.Context(), object, metav1.CreateOptions{})
	require.NoError(w, err)
}

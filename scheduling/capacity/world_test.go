package capacity_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/scheduling/capacity"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

const (
	cluster  = federation.ClusterName("member1")
	patience = time.Minute
)

// world is one member, and a Watcher of it.
type world struct {
	testing.TB
	*capacity.Watcher
	*federation.Members
	server    *controlplane.Server
	client    kubernetes.Interface
	namespace string
	counter   *budget.Counter
	streams   streams

	mu     sync.Mutex
	config *rest.Config
	told   map[string]int // by namespace
}

// newWorld has a Watcher that does not run yet.
func newWorld(t testing.TB, server *controlplane.Server) *world {
	t.Helper()
	return newWorldWith(t, server, capacity.Options{MaxBackoff: time.Second})
}

// newWorldWith has a Watcher with options beside those of a world.
func newWorldWith(t testing.TB, server *controlplane.Server, o capacity.Options) *world {
	t.Helper()
	w := &world{
		TB: t, Members: federation.NewMembers(federation.Cluster{Name: cluster, Ready: true}),
		server: server, client: controlplanetest.Client(t, server), namespace: controlplanetest.Namespace(t, server),
		counter: budget.New(), config: server.Config(), told: map[string]int{},
	}
	o.Clusters, o.Changed, o.RoomPause = w, w.changed, 20*time.Millisecond
	var err error
	w.Watcher, err = capacity.New(o)
	require.NoError(t, err)
	return w
}

// Config implements [capacity.Clusters].
func (w *world) Config(federation.ClusterName) (*rest.Config, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	config := rest.CopyConfig(w.config)
	config.Wrap(w.counter.Wrap(string(cluster)))
	config.Wrap(w.streams.wrap)
	return config, nil
}

// use has another configuration used from now on, over a connection of that name.
func (w *world) use(connection string, config *rest.Config) {
	w.mu.Lock()
	w.config = config
	w.mu.Unlock()
	w.Put(federation.Cluster{Name: cluster, Ready: true, Connection: connection})
}

func (w *world) changed(_ federation.ClusterName, namespace string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told[namespace]++
}

// deaf forgets what was told.
func (w *world) deaf() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.told)
}

func (w *world) wasTold(namespace string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[namespace] > 0
}

// run runs the Watcher until the test ends, or what it returns is called.
func (w *world) run() (stop func()) {
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = w.Start(ctx) }) // the end of ctx is its only end
	stop = func() {
		end()
		running.Wait()
	}
	w.Cleanup(stop)
	return stop
}

// follow has somebody follow the namespace, and the nodes if they are named too.
func (w *world) follow(key string, nodes ...string) {
	w.Follow(key, capacity.Following{Namespace: w.namespace, Clusters: []federation.ClusterName{cluster}, Nodes: len(nodes) > 0})
}

func (w *world) web() capacity.Workload {
	of := web()
	of.Namespace = w.namespace
	return of
}

func (w *world) until(what string, holds func() bool) {
	w.Helper()
	require.Eventually(w, holds, patience, 10*time.Millisecond, "never: "+what)
}

// sight is what the pods of the workload do; zero when that is not known.
func (w *world) sight() capacity.Sight {
	s, _ := w.Look(cluster, w.web(), time.Minute, time.Now())
	return s
}

func (w *world) untilSight(want capacity.Sight) {
	w.Helper()
	w.until("as it should be", func() bool { return w.sight() == want })
}

// untilUnknown waits until Look says that it does not know, and why.
func (w *world) untilUnknown(why string) {
	w.Helper()
	w.until(why, func() bool {
		_, err := w.Look(cluster, w.web(), time.Minute, time.Now())
		return err != nil && err.Error() == why
	})
}

func (w *world) untilRoom(of capacity.Workload, want int64) {
	w.Helper()
	w.until("room", func() bool {
		n, err := w.Room(context.Background(), cluster, of)
		return err == nil && n == want
	})
}

// create makes a pod as it is, status included, with what the API server wants of
// one besides.
func (w *world) create(p *corev1.Pod) {
	w.Helper()
	p.UID, p.Namespace = "", w.namespace
	for i := range p.Spec.Containers {
		p.Spec.Containers[i].Image = "example.com/app:1"
	}
	made, err := w.client.CoreV1().Pods(w.namespace).Create(context.Background(), p, metav1.CreateOptions{})
	require.NoError(w, err)
	made.Status = p.Status
	_, err = w.client.CoreV1().Pods(w.namespace).UpdateStatus(context.Background(), made, metav1.UpdateOptions{})
	require.NoError(w, err)
}

// add makes a node as it is: an API server taints those that are new.
func (w *world) add(n *corev1.Node) {
	w.Helper()
	made, err := w.client.CoreV1().Nodes().Create(context.Background(), n, metav1.CreateOptions{})
	require.NoError(w, err)
	made.Spec.Taints = n.Spec.Taints
	_, err = w.client.CoreV1().Nodes().Update(context.Background(), made, metav1.UpdateOptions{})
	require.NoError(w, err)
}

func (w *world) remove(name string) {
	w.Helper()
	now := int64(0)
	require.NoError(w, w.client.CoreV1().Pods(w.namespace).Delete(context.Background(), name, metav1.DeleteOptions{GracePeriodSeconds: &now}))
}

// requests are how many lists and watches of a resource were sent.
func (w *world) requests(resource string) int {
	return w.counter.Requests().Only(func(q budget.Request) bool { return q.Resource == resource }).Total()
}

// streams are the watches that are open, by the path of what is watched.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

// paths are those of all that is watched.
func (s *streams) paths() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]int{}
	for path, n := range s.open {
		if n > 0 {
			all[path] = n
		}
	}
	return all
}

func (s *streams) count(path string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]int{}
	}
	s.open[path] += n
}

func (s *streams) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err == nil && answer.StatusCode == http.StatusOK && r.URL.Query().Get("watch") == "true" {
			s.count(r.URL.Path, 1)
			answer.Body = &stream{ReadCloser: answer.Body, closed: sync.OnceFunc(func() { s.count(r.URL.Path, -1) })}
		}
		return answer, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type stream struct {
	io.ReadCloser
	closed func()
}

// Close implements [io.Closer].
func (s *stream) Close() error {
	s.closed()
	return s.ReadCloser.Close()
}

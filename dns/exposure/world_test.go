package exposure_test

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/propagation/budget"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

const (
	cluster  = federation.ClusterName("member1")
	patience = time.Minute
	tick     = 10 * time.Millisecond
)

// world is one member, and a Watcher of it. All clusters are the same server.
type world struct {
	testing.TB
	*exposure.Watcher
	*federation.Members
	server    *controlplane.Server
	client    kubernetes.Interface
	namespace string
	counter   *budget.Counter
	lost      *budget.Counter // of requests that lead nowhere
	streams   streams
	then      func(exposure.Subject) // is called when something is told
	passes    int

	mu     sync.Mutex
	config *rest.Config
	err    error // what Config says in place of the configuration
	told   map[exposure.Subject]int
}

// newWorld has a Watcher that does not run yet.
func newWorld(t testing.TB, server *controlplane.Server) *world {
	t.Helper()
	return newWorldWith(t, server, exposure.Options{MaxBackoff: time.Second})
}

// newWorldWith has a Watcher with options beside those of a world.
func newWorldWith(t testing.TB, server *controlplane.Server, o exposure.Options) *world {
	t.Helper()
	w := &world{
		TB: t, Members: federation.NewMembers(federation.Cluster{Name: cluster, Ready: true}), server: server,
		client: controlplanetest.Client(t, server), namespace: controlplanetest.Namespace(t, server),
		counter: budget.New(), lost: budget.New(), config: server.Config(), told: map[exposure.Subject]int{},
		then: func(exposure.Subject) {},
	}
	w.anew(o)
	return w
}

// anew has another Watcher, with options beside those of a world.
func (w *world) anew(o exposure.Options) {
	w.Helper()
	o.Clusters, o.Changed = w, w.changed
	var err error
	w.Watcher, err = exposure.New(o)
	require.NoError(w, err)
}

// Config implements [exposure.Clusters].
func (w *world) Config(name federation.ClusterName) (*rest.Config, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return nil, w.err
	}
	config := rest.CopyConfig(w.config)
	config.Wrap(w.counter.Wrap(string(name)))
	config.Wrap(w.streams.wrap)
	return config, nil
}

// use has the member be reached in another way, over a connection of that name.
func (w *world) use(connection string, config *rest.Config) {
	w.mu.Lock()
	w.config, w.err = config, nil
	w.mu.Unlock()
	w.Put(federation.Cluster{Name: cluster, Ready: true, Connection: connection})
}

// lose has the member be reached no more, over a connection of that name, and waits
// until that was tried.
func (w *world) lose(connection string) {
	w.Helper()
	config, before := w.server.Config(), w.lost.Requests().Total()
	config.Host = "https://127.0.0.1:1"
	config.Wrap(w.lost.Wrap(connection))
	w.use(connection, config)
	w.until("tried", func() bool { return w.lost.Requests().Total() > before })
}

func (w *world) changed(_ federation.ClusterName, s exposure.Subject) {
	w.mu.Lock()
	w.told[s]++
	w.mu.Unlock()
	w.then(s)
}

// deaf forgets what was told.
func (w *world) deaf() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.told)
}

// times is how often it was told of a subject.
func (w *world) times(s exposure.Subject) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[s]
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

// service is one in the world's namespace.
func (w *world) service(name string) exposure.Subject {
	return exposure.Subject{Kind: exposure.Service, Namespace: w.namespace, Name: name}
}

// follow has a subject followed, with its endpoints.
func (w *world) follow(s exposure.Subject) {
	w.Follow(s.Name, exposure.Following{Subject: s, Clusters: []federation.ClusterName{cluster}, Endpoints: true})
}

// until waits until something holds.
func (w *world) until(what string, holds func() bool) {
	w.Helper()
	require.Eventually(w, holds, patience, tick, "never: "+what)
}

// untilSeen waits until a subject is seen so.
func (w *world) untilSeen(s exposure.Subject, want exposure.Exposure) {
	w.Helper()
	var seen exposure.Exposure
	var err error
	for late := time.After(patience); ; {
		if seen, err = w.Look(cluster, s); err == nil && reflect.DeepEqual(seen, want) {
			return
		}
		select {
		case <-late:
			require.NoError(w, err)
			require.Equal(w, want, seen)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// requireSeen looks once.
func (w *world) requireSeen(s exposure.Subject, want exposure.Exposure) {
	w.Helper()
	seen, err := w.Look(cluster, s)
	require.NoError(w, err)
	require.Equal(w, want, seen)
}

// untilUnknown waits until Look says that it does not know, and why.
func (w *world) untilUnknown(s exposure.Subject, why string) {
	w.Helper()
	var err error
	require.Eventually(w, func() bool {
		_, err = w.Look(cluster, s)
		return err != nil && err.Error() == why
	}, patience, tick, "never: %s", why)
	require.NotErrorIs(w, err, exposure.ErrNotSeen)
}

var managed = map[string]string{"kubefed.io/managed": "true"}

// serve makes a Service of a type with the label of copies.
func (w *world) serve(name string, of corev1.ServiceType) {
	w.Helper()
	_, err := w.client.CoreV1().Services(w.namespace).Create(context.Background(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: managed},
		Spec:       corev1.ServiceSpec{Type: of, Ports: []corev1.ServicePort{{Port: 80}}},
	}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// balance gives a Service addresses, as a cloud does.
func (w *world) balance(name string, in ...corev1.LoadBalancerIngress) {
	w.Helper()
	all := w.client.CoreV1().Services(w.namespace)
	s, err := all.Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w, err)
	s.Status.LoadBalancer.Ingress = in
	_, err = all.UpdateStatus(context.Background(), s, metav1.UpdateOptions{})
	require.NoError(w, err)
}

// back makes an EndpointSlice of a Service, or changes it.
func (w *world) back(slice, service string, of discoveryv1.AddressType, endpoints ...discoveryv1.Endpoint) {
	w.Helper()
	all := w.client.DiscoveryV1().EndpointSlices(w.namespace)
	o := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: slice, Labels: map[string]string{"kubefed.io/managed": "true", discoveryv1.LabelServiceName: service}},
		AddressType: of, Endpoints: endpoints,
	}
	if before, err := all.Get(context.Background(), slice, metav1.GetOptions{}); err == nil {
		o.ResourceVersion = before.ResourceVersion
		_, err = all.Update(context.Background(), o, metav1.UpdateOptions{})
		require.NoError(w, err)
		return
	}
	_, err := all.Create(context.Background(), o, metav1.CreateOptions{})
	require.NoError(w, err)
}

// pod is an endpoint; nobody says of the zero conditions that it is not ready.
func pod(conditions discoveryv1.EndpointConditions, addresses ...string) discoveryv1.Endpoint {
	return discoveryv1.Endpoint{Addresses: addresses, Conditions: conditions}
}

// ingress makes an Ingress with these addresses.
func (w *world) ingress(name string, in ...networkingv1.IngressLoadBalancerIngress) {
	w.Helper()
	all := w.client.NetworkingV1().Ingresses(w.namespace)
	o, err := all.Create(context.Background(), &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: managed},
		Spec:       networkingv1.IngressSpec{DefaultBackend: &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80}}}},
	}, metav1.CreateOptions{})
	require.NoError(w, err)
	o.Status.LoadBalancer.Ingress = in
	_, err = all.UpdateStatus(context.Background(), o, metav1.UpdateOptions{})
	require.NoError(w, err)
}

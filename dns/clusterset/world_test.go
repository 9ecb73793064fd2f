package clusterset_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/mcs-api/config/crd"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/crdtest"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/push"
)

const patience = time.Minute

// world is some members with a namespace in each, and the controllers over them.
type world struct {
	testing.TB
	*federation.Members
	servers   map[federation.ClusterName]*controlplane.Server
	namespace string
	keepFor   time.Duration
	counter   *budget.Counter

	mu  sync.Mutex
	off federation.ClusterName // nobody gets an answer from it
}

// newWorld has these members, all with the kinds and with the namespace.
func newWorld(t testing.TB, names ...string) *world {
	t.Helper()
	all := servers.Shared(t, names...)
	w := &world{TB: t, Members: federation.NewMembers(), servers: map[federation.ClusterName]*controlplane.Server{}, counter: budget.New()}
	for _, s := range all {
		w.servers[federation.ClusterName(s.Cluster())] = s
		w.install(s.Cluster())
		w.ready(s.Cluster())
	}
	w.namespace = controlplanetest.Namespace(t, all...)
	t.Cleanup(w.unexportAll)
	return w
}

// install has a member serve the kinds.
func (w *world) install(name string) {
	w.Helper()
	crdtest.Install(w, w.servers[federation.ClusterName(name)].Config(), definitions(w)...)
}

func definitions(t testing.TB) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, text := range [][]byte{crd.ServiceExportCRD, crd.ServiceImportCRD} {
		d := &apiextensionsv1.CustomResourceDefinition{}
		require.NoError(t, yaml.Unmarshal(text, d))
		all = append(all, d)
	}
	return all
}

// Config implements [clusterset.Clusters].
func (w *world) Config(name federation.ClusterName) (*rest.Config, error) {
	config := w.servers[name].Config()
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return line{w, name, next, w.counter.Wrap(string(name))(next)}
	})
	return config, nil
}

// line is how a member is spoken to, unless it is cut, and counts requests.
type line struct {
	*world
	name federation.ClusterName
	next http.RoundTripper
	// counted is next for what is about the namespace of the test.
	counted http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (l line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	off := l.off == l.name
	l.mu.Unlock()
	if off {
		return nil, errors.New("the line is cut")
	}
	if strings.Contains(r.URL.Path, "/"+l.namespace+"/") {
		return l.counted.RoundTrip(r)
	}
	return l.next.RoundTrip(r)
}

// cut has the controllers get no answer from a member, until mend is called.
func (w *world) cut(name federation.ClusterName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off = name
}

func (w *world) mend() { w.cut("") }

func (w *world) ready(name string) {
	w.Put(federation.Cluster{Name: federation.ClusterName(name), Ready: true, Turned: time.Now().Add(-time.Hour)})
}

// away has a member not be ready since a while ago.
func (w *world) away(name string, since time.Duration) {
	w.Put(federation.Cluster{Name: federation.ClusterName(name), Turned: time.Now().Add(-since), Message: "no answer"})
}

// start runs a controller until the test ends, or what it returns is called.
func (w *world) start() (stop func()) {
	w.Helper()
	c, err := clusterset.New(clusterset.Options{
		Clusters: w, KeepFor: w.keepFor,
		Propagator: func(t federation.Type) (propagation.Propagator, error) {
			return push.New(push.Options{Clusters: w, Type: t, FieldManager: "clusterset", Adoption: push.Refuse, MaxBackoff: time.Second})
		},
	})
	require.NoError(w, err)
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	stop = sync.OnceFunc(func() {
		end()
		require.NoError(w, <-ended)
	})
	w.Cleanup(stop)
	return stop
}

func (w *world) client(name string) kubernetes.Interface {
	return controlplanetest.Client(w, w.servers[federation.ClusterName(name)])
}

func (w *world) in(name string, t federation.Type) dynamic.ResourceInterface {
	w.Helper()
	client, err := dynamic.NewForConfig(w.servers[federation.ClusterName(name)].Config())
	require.NoError(w, err)
	return client.Resource(t.GroupVersionResource()).Namespace(w.namespace)
}

func exports() federation.Type {
	return federation.Type{Group: v1beta1.GroupName, Version: "v1beta1", Kind: "ServiceExport", Resource: "serviceexports", Scope: federation.NamespaceScoped}
}

// serve has a member have the service web with these ports.
func (w *world) serve(name string, change func(*corev1.ServiceSpec), ports ...corev1.ServicePort) {
	w.Helper()
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: w.namespace}, Spec: corev1.ServiceSpec{Ports: ports}}
	change(&s.Spec)
	_, err := w.client(name).CoreV1().Services(w.namespace).Create(w.Context(), s, metav1.CreateOptions{})
	require.NoError(w, err)
}

func plainly(*corev1.ServiceSpec) {}

// endpoints has a member have these endpoints of the service web in one slice.
func (w *world) endpoints(name, slice string, ips ...string) {
	w.Helper()
	port, number, tcp, ready := "http", int32(8080), corev1.ProtocolTCP, true
	s := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: slice, Namespace: w.namespace, Labels: map[string]string{
			discoveryv1.LabelServiceName: "web", discoveryv1.LabelManagedBy: "endpointslice-controller.k8s.io",
		}},
		AddressType: discoveryv1.AddressTypeIPv4, Ports: []discoveryv1.EndpointPort{{Name: &port, Port: &number, Protocol: &tcp}},
	}
	for _, ip := range ips {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{Addresses: []string{ip}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}})
	}
	all := w.client(name).DiscoveryV1().EndpointSlices(w.namespace)
	_, err := all.Create(w.Context(), s, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = all.Update(w.Context(), s, metav1.UpdateOptions{})
	}
	require.NoError(w, err)
}

// export has a member export the service web. Exports are a second apart, for that
// is how exactly their age is known.
func (w *world) export(name string) {
	w.Helper()
	made, err := w.in(name, exports()).Create(w.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "multicluster.x-k8s.io/v1beta1", "kind": "ServiceExport", "metadata": map[string]any{"name": "web"},
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
	w.until("the next second", func() bool { return time.Since(made.GetCreationTimestamp().Time) > time.Second })
}

func (w *world) unexport(name string) {
	w.Helper()
	require.NoError(w, w.in(name, exports()).Delete(context.Background(), "web", metav1.DeleteOptions{}))
}

func (w *world) unexportAll() {
	for name := range w.servers {
		err := w.in(string(name), exports()).DeleteCollection(context.Background(), metav1.DeleteOptions{}, metav1.ListOptions{})
		require.NoError(w, err)
	}
}

// patch merges a change into an object of a member.
func (w *world) patch(name string, t federation.Type, object, change string) {
	w.Helper()
	_, err := w.in(name, t).Patch(w.Context(), object, types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(w, err)
}

// get reads an object in a member, and is false when there is none.
func (w *world) get(name string, t federation.Type, object string, into any) bool {
	w.Helper()
	o, err := w.in(name, t).Get(context.Background(), object, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false
	}
	require.NoError(w, err)
	require.NoError(w, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, into))
	return true
}

// imported is the import in a member; nil when there is none.
func (w *world) imported(name string) *v1beta1.ServiceImport {
	w.Helper()
	i := &v1beta1.ServiceImport{}
	if !w.get(name, clusterset.Imports(), "web", i) {
		return nil
	}
	return i
}

// derived is the derived Service in a member; nil when there is none.
func (w *world) derived(name string) *corev1.Service {
	w.Helper()
	s := &corev1.Service{}
	if !w.get(name, clusterset.Services(), clusterset.DerivedName("web"), s) {
		return nil
	}
	return s
}

// condition is one of the export of a member.
func (w *world) condition(name, kind string) metav1.Condition {
	w.Helper()
	e := &v1beta1.ServiceExport{}
	require.True(w, w.get(name, exports(), "web", e))
	if c := meta.FindStatusCondition(e.Status.Conditions, kind); c != nil {
		return *c
	}
	return metav1.Condition{}
}

// reached are the addresses that a member has of the service, by the member that
// they are in.
func (w *world) reached(name string) map[string][]string {
	w.Helper()
	all, err := w.client(name).DiscoveryV1().EndpointSlices(w.namespace).List(context.Background(), metav1.ListOptions{
		LabelSelector: v1beta1.LabelServiceName + "=web",
	})
	require.NoError(w, err)
	reached := map[string][]string{}
	for _, s := range all.Items {
		source := s.Labels[v1beta1.LabelSourceCluster]
		for _, e := range s.Endpoints {
			reached[source] = append(reached[source], e.Addresses...)
		}
	}
	return reached
}

// until waits until a condition holds, in the goroutine of the test.
func (w *world) until(what string, holds func() bool) {
	w.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); ; {
		if holds() {
			return
		}
		select {
		case <-late:
			require.Fail(w, "never: "+what, w.show())
		case <-tick.C:
		}
	}
}

// untilImported waits until these members reach these addresses, and say that they
// have the service from these clusters.
func (w *world) untilImported(in []string, want map[string][]string, from ...string) {
	w.Helper()
	for _, name := range in {
		w.until(name+" imports the service", func() bool {
			i := w.imported(name)
			return i != nil && equal(clustersOf(i), from) && equal(w.reached(name), want) &&
				(i.Spec.Type == v1beta1.Headless || w.derived(name) != nil && equal(i.Spec.IPs, w.derived(name).Spec.ClusterIPs))
		})
	}
}

// untilGone waits until nothing is left of the service in these members.
func (w *world) untilGone(in ...string) {
	w.Helper()
	for _, name := range in {
		w.until(name+" has forgotten the service", func() bool {
			return w.imported(name) == nil && w.derived(name) == nil && len(w.reached(name)) == 0
		})
	}
}

// untilReady waits until the exports of these members are said to be imported.
func (w *world) untilReady(names ...string) {
	w.Helper()
	for _, name := range names {
		w.until(name+"'s export is ready", func() bool { return w.condition(name, "Ready").Status == metav1.ConditionTrue })
	}
}

func clustersOf(i *v1beta1.ServiceImport) []string {
	var names []string
	for _, c := range i.Status.Clusters {
		names = append(names, c.Cluster)
	}
	return names
}

func equal(a, b any) bool {
	x, _ := json.Marshal(a) // strings alone
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// show is all there is of the service, for a test that fails.
func (w *world) show() string {
	text := ""
	for name := range w.servers {
		for _, t := range []federation.Type{exports(), clusterset.Imports(), clusterset.Services(), clusterset.Slices()} {
			all, err := w.in(string(name), t).List(context.Background(), metav1.ListOptions{})
			require.NoError(w, err)
			for _, o := range all.Items {
				o.SetManagedFields(nil)
				shown, _ := yaml.Marshal(o.Object) // it was read from such
				text += string(name) + ":\n" + string(shown) + "---\n"
			}
		}
	}
	return text
}

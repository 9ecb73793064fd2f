package externaldns_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/dns/externaldns"
	"github.com/fedrail/fedrail/federation"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/push"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// fields is an object of JSON.
type fields = map[string]any

var (
	services  = federation.Type{Version: "v1", Kind: "Service", Resource: "services", Scope: federation.NamespaceScoped}
	ingresses = federation.Type{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress", Resource: "ingresses", Scope: federation.NamespaceScoped}
	slices_   = federation.Type{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice", Resource: "endpointslices", Scope: federation.NamespaceScoped}
)

// dnsName is the name under which the requests of the controller to the host are
// counted.
const dnsName = "dns"

// world is a federation whose names are published.
type world struct {
	*testbed.Bed
	DNS    externaldns.Options                       // what Publish makes the controller of; the rest is filled in
	Meddle func(http.RoundTripper) http.RoundTripper // somebody between it and the host; nil is nobody
	stop   func()
}

// regions are where the members are.
var regions = map[string]struct {
	region string
	zones  []string
}{"member1": {"eu", []string{"eu-a"}}, "member2": {"eu", []string{"eu-b"}}, "member3": {"us", []string{"us-a"}}}

// federate makes a world of members in two regions that run, and the Domain prod.
func federate(t *testing.T, members int, of ...federation.Type) *world {
	t.Helper()
	names := []string{"host", "member1", "member2", "member3"}
	return federateOn(t, servers.Shared(t, names[:members+1]...), of...)
}

// federateOn makes a world of these servers, the host first.
func federateOn(t *testing.T, all []*controlplane.Server, of ...federation.Type) *world {
	t.Helper()
	w := &world{Bed: testbed.New(t, all[0], all[1:], of...), stop: func() {}}
	for _, s := range all[1:] {
		w.set(s.Cluster(), func(*federation.Cluster) {})
	}
	t.Cleanup(func() { w.stop() })
	w.domain("prod", "example.com")
	return w
}

// set changes a member, which is where regions say.
func (w *world) set(name string, change func(*federation.Cluster)) {
	w.Helper()
	c, known := w.Members.Snapshot().Get(federation.ClusterName(name))
	require.True(w, known)
	c.Region, c.Zones = regions[name].region, regions[name].zones
	change(&c)
	w.Members.Put(c)
}

// away has a member not be ready from now on.
func (w *world) away(name string) {
	w.Helper()
	w.set(name, func(c *federation.Cluster) { c.Ready, c.Turned, c.Message = false, time.Now(), "no answer" })
}

// returns has it be ready again.
func (w *world) returns(name string) {
	w.Helper()
	w.set(name, func(c *federation.Cluster) { c.Ready, c.Turned, c.Message = true, time.Now(), "" })
}

// domain creates a Domain.
func (w *world) domain(name, domain string) {
	w.Helper()
	_, err := w.Client.Resource(v1alpha1.Domains()).Namespace(w.System).Create(context.Background(), &unstructured.Unstructured{Object: fields{
		"apiVersion": v1alpha1.GroupVersion().String(), "kind": "Domain", "metadata": fields{"name": name}, "domain": domain,
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// begin runs the loops and the controller.
func (w *world) begin() {
	w.Helper()
	w.Run()
	w.DNS.Placements = looking{w.Bed}
	w.publish()
}

// looking is where objects are, by the loops that run now.
type looking struct{ *testbed.Bed }

func (l looking) Look(target federation.Type, key propagation.Key) (propagation.Picture, bool) {
	return l.Loops.Look(target, key)
}

// publish runs the controller alone, until halt or the end of the test.
func (w *world) publish() *externaldns.Controller {
	w.Helper()
	config := w.Host.Config()
	config.Wrap(w.Counter.Wrap(dnsName))
	if w.Meddle != nil {
		config.Wrap(w.Meddle)
	}
	o := w.DNS
	var err error
	o.Client, err = dynamic.NewForConfig(config)
	require.NoError(w, err)
	o.Writer, err = metadata.NewForConfig(config)
	require.NoError(w, err)
	clients, err := kubernetes.NewForConfig(config)
	require.NoError(w, err)
	events := record.NewBroadcaster()
	events.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: clients.CoreV1().Events("")})
	o.Events = events.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "test"})
	o.SystemNamespace, o.Registry = w.System, w.Members
	var c *externaldns.Controller
	seen, err := exposure.New(exposure.Options{Clusters: w.Reach(), Changed: func(cluster federation.ClusterName, s exposure.Subject) { c.ExposureChanged(cluster, s) }})
	require.NoError(w, err)
	o.Exposures = seen
	c, err = externaldns.New(o)
	require.NoError(w, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- seen.Start(ctx) }()
	go func() { ended <- c.Start(ctx) }()
	w.stop = func() {
		cancel()
		require.NoError(w, <-ended)
		require.NoError(w, <-ended)
		events.Shutdown()
		w.stop = func() {}
	}
	return c
}

func (w *world) halt() { w.stop() }

// writes are the writes of the controller, without events.
func writes(made budget.Requests) int {
	return made.Only(func(r budget.Request) bool { return r.Resource != "events" }).Writes(dnsName)
}

// serve declares a Service of type LoadBalancer everywhere.
func (w *world) serve(name string) {
	w.Helper()
	w.Create(services, name, fields{
		"template":  fields{"spec": fields{"type": "LoadBalancer", "selector": fields{"app": name}, "ports": []any{fields{"port": int64(80)}}}},
		"placement": fields{"clusterSelector": fields{}},
	})
}

// expose gives the copy in a member an address, as a cloud would, and a pod that is
// ready behind it.
func (w *world) expose(member int, name, address string) {
	w.Helper()
	w.balance(member, name, fields{"ip": address})
	w.back(member, name, true)
}

// balance has the copy in a member have a load balancer.
func (w *world) balance(member int, name string, ingress ...any) {
	w.Helper()
	w.patchStatus(member, services, name, fields{"loadBalancer": fields{"ingress": ingress}})
}

func (w *world) patchStatus(member int, t federation.Type, name string, status fields) {
	w.Helper()
	w.Until("copy of "+name, func() bool { return w.Copy(w.Servers[member], t, name) != nil })
	body, err := json.Marshal(fields{"status": status})
	require.NoError(w, err)
	_, err = w.In(w.Servers[member], t).Patch(context.Background(), name, types.MergePatchType, body, metav1.PatchOptions{}, "status")
	require.NoError(w, err)
}

// back has a pod stand behind the copy in a member, as Kubernetes would say so.
func (w *world) back(member int, name string, ready bool) {
	w.Helper()
	slice := &unstructured.Unstructured{Object: fields{
		"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
		"metadata": fields{"name": name + "-1", "namespace": w.Namespace, "labels": fields{
			"kubernetes.io/service-name": name, propagation.ManagedLabel: "true"}},
		"endpoints": []any{fields{"addresses": []any{"10.0.0.1"}, "conditions": fields{"ready": ready}}},
		"ports":     []any{},
	}}
	_, err := w.In(w.Servers[member], slices_).Apply(context.Background(), slice.GetName(), slice, metav1.ApplyOptions{FieldManager: "kubernetes", Force: true})
	require.NoError(w, err)
}

// records are those of a kind in the bed's namespace.
func (w *world) records(of schema.GroupVersionResource) dynamic.ResourceInterface {
	return w.Client.Resource(of).Namespace(w.Namespace)
}

// record creates a record.
func (w *world) record(of schema.GroupVersionResource, kind, name string, spec fields) *unstructured.Unstructured {
	w.Helper()
	o, err := w.records(of).Create(context.Background(), &unstructured.Unstructured{Object: fields{
		"apiVersion": v1alpha1.GroupVersion().String(), "kind": kind, "metadata": fields{"name": name}, "spec": spec,
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
	w.Cleanup(func() { _ = w.records(of).Delete(context.Background(), name, metav1.DeleteOptions{}) }) // the server is shared
	return o
}

// name creates a ServiceDNSRecord in the Domain prod.
func (w *world) name(name string, more fields) *unstructured.Unstructured {
	w.Helper()
	spec := fields{"domainRef": "prod"}
	for k, v := range more {
		spec[k] = v
	}
	return w.record(v1alpha1.ServiceDNSRecords(), "ServiceDNSRecord", name, spec)
}

// change merges a change into a ServiceDNSRecord.
func (w *world) change(name, change string) {
	w.Helper()
	_, err := w.records(v1alpha1.ServiceDNSRecords()).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(w, err)
}

// status reads the status of a record, and whether it speaks of its spec.
func (w *world) status(of schema.GroupVersionResource, name string) (v1alpha1.DNSRecordStatus, bool) {
	w.Helper()
	o, err := w.records(of).Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w, err)
	var r v1alpha1.IngressDNSRecord // they have the same status
	require.NoError(w, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &r))
	return r.Status, r.Status.ObservedGeneration == r.Generation
}

// untilTold waits for a condition of a ServiceDNSRecord, for its present generation.
func (w *world) untilTold(name, condition, reason string) v1alpha1.DNSRecordStatus {
	w.Helper()
	return w.untilToldOf(v1alpha1.ServiceDNSRecords(), name, condition, reason)
}

func (w *world) untilToldOf(of schema.GroupVersionResource, name, condition, reason string) v1alpha1.DNSRecordStatus {
	w.Helper()
	var now v1alpha1.DNSRecordStatus
	if !w.Holds(func() bool {
		observed := false
		now, observed = w.status(of, name)
		c := meta.FindStatusCondition(now.Conditions, condition)
		return observed && c != nil && c.Reason == reason
	}) {
		shown, _ := json.MarshalIndent(now, "", "  ")
		require.Fail(w, "never "+condition+" "+reason, "%s", shown)
	}
	return now
}

// states are those of the clusters of a ServiceDNSRecord.
func states(s v1alpha1.DNSRecordStatus) map[string]string {
	all := map[string]string{}
	for _, c := range s.DNS {
		all[c.Cluster] = c.Reason
	}
	return all
}

// message is that of a condition.
func message(s v1alpha1.DNSRecordStatus, condition string) string {
	if c := meta.FindStatusCondition(s.Conditions, condition); c != nil {
		return c.Message
	}
	return ""
}

// endpoint reads a DNSEndpoint; nil when there is none.
func (w *world) endpoint(name string) *externaldnsv1alpha1.DNSEndpoint {
	w.Helper()
	o, err := w.records(externaldnsv1alpha1.DNSEndpoints()).Get(context.Background(), name, metav1.GetOptions{})
	if err != nil {
		return nil
	}
	e := &externaldnsv1alpha1.DNSEndpoint{}
	require.NoError(w, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, e))
	return e
}

// published are the lines of a DNSEndpoint: "name type targets", with the part that
// all names of the Service have left out.
func (w *world) published(name string) map[string]string {
	w.Helper()
	e := w.endpoint(name)
	if e == nil {
		return nil
	}
	all := map[string]string{}
	for _, r := range e.Spec.Endpoints {
		all[r.DNSName+" "+r.RecordType] = fmt.Sprint(r.Targets)
	}
	return all
}

// untilPublished waits until a DNSEndpoint says that.
func (w *world) untilPublished(name string, want map[string]string) {
	w.Helper()
	var now map[string]string
	if !w.Holds(func() bool { now = w.published(name); return fmt.Sprint(now) == fmt.Sprint(want) }) {
		require.Equal(w, want, now)
	}
}

// gracefully runs the controller, and the loops behind it, so that drains wait for
// it.
func (w *world) gracefully() {
	w.Helper()
	w.DNS.Placements = looking{w.Bed}
	c := w.publish()
	w.Clusters = behind{Clusters: w.Reach(), Registry: c.Graceful(w.Members)}
	w.Run()
}

// behind is members as a registry shows them.
type behind struct {
	push.Clusters
	federation.Registry
}

func (b behind) Snapshot() federation.ClusterSet { return b.Registry.Snapshot() }

func (b behind) Watch(ctx context.Context) iter.Seq[federation.ClusterSet] {
	return b.Registry.Watch(ctx)
}

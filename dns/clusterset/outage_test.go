package clusterset_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
)

// shared has m1 and m2 export the service, and waits until all is said of it.
func (w *world) shared() {
	w.Helper()
	w.share("m1", "10.1.0.1")
	w.share("m2", "10.2.0.1")
	w.untilShared(shared(), "m1", "m2")
}

// share has a member export the service, behind an address.
func (w *world) share(name, address string) {
	w.Helper()
	w.serve(name, plainly, port("http", 80))
	w.endpoints(name, "web-a", address)
	w.export(name)
}

// untilShared waits until everybody has what these members export, and says so.
func (w *world) untilShared(addresses map[string][]string, from ...string) {
	w.Helper()
	w.untilImported(everywhere, addresses, from...)
	w.untilReady(from...)
	w.until("imports are ready", func() bool {
		for _, name := range everywhere {
			if c := w.imported(name).Status.Conditions; len(c) != 1 || c[0].Status != metav1.ConditionTrue {
				return false
			}
		}
		return true
	})
}

func shared() map[string][]string {
	return map[string][]string{"m1": {"10.1.0.1"}, "m2": {"10.2.0.1"}}
}

// writes are the requests since then that change something.
func (w *world) writes(since budget.Requests) budget.Requests {
	return w.counter.Requests().Since(since).Only(budget.Request.Write)
}

// untilQuiet waits until a change of no meaning in each member has been seen there,
// and so all that was before it. It is a new service, which costs writes of its own.
func (w *world) untilQuiet(name string) {
	w.Helper()
	for member := range w.servers {
		_, err := w.in(string(member), exports()).Create(w.Context(), &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "multicluster.x-k8s.io/v1beta1", "kind": "ServiceExport", "metadata": map[string]any{"name": name},
		}}, metav1.CreateOptions{})
		require.NoError(w, err)
	}
	w.until("it is said that there is no "+name, func() bool {
		for member := range w.servers {
			o, err := w.in(string(member), exports()).Get(w.Context(), name, metav1.GetOptions{})
			require.NoError(w, err)
			if _, said, _ := unstructured.NestedSlice(o.Object, "status", "conditions"); !said {
				return false
			}
		}
		return true
	})
}

func TestARestartWritesNothing(t *testing.T) {
	w := newWorld(t, everywhere...)
	stop := w.start()
	w.shared()
	stop()
	before := w.counter.Requests()
	w.start()
	w.untilQuiet("nothing")
	made := w.writes(before)
	require.Equal(t, 3, made.Total(), "one for each export without a service: %s", made)
	w.untilImported(everywhere, shared(), "m1", "m2")
}

func TestWhatIsNotExportedAnyMoreGoesAfterARestart(t *testing.T) {
	w := newWorld(t, everywhere...)
	stop := w.start()
	w.shared()
	stop()
	w.unexport("m1")
	stop = w.start()
	w.untilImported(everywhere, map[string][]string{"m2": {"10.2.0.1"}}, "m2")
	stop()
	w.unexport("m2")
	w.start()
	w.untilGone(everywhere...)
}

func TestEndpointsOfAMemberThatIsAwayAreWithdrawnElsewhere(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.keepFor = 3 * time.Second
	w.start()
	w.shared()
	w.away("m2", 0)
	w.endpoints("m1", "web-a", "10.1.0.2")
	w.untilImported([]string{"m1", "m3"}, map[string][]string{"m1": {"10.1.0.2"}, "m2": {"10.2.0.1"}}, "m1", "m2")
	w.untilImported([]string{"m1", "m3"}, map[string][]string{"m1": {"10.1.0.2"}}, "m1", "m2")
	require.Equal(t, shared(), w.reached("m2"), "nothing is written there")

	w.ready("m2")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.2"}, "m2": {"10.2.0.1"}}, "m1", "m2")
}

func TestARestartWhileAMemberIsAwayTakesNothingAway(t *testing.T) {
	w := newWorld(t, everywhere...)
	stop := w.start()
	w.shared()
	stop()
	w.cut("m2")
	w.away("m2", time.Minute)
	before := w.counter.Requests()
	stop = w.start()
	w.endpoints("m1", "web-a", "10.1.0.2")
	w.untilImported([]string{"m1", "m3"}, map[string][]string{"m1": {"10.1.0.2"}, "m2": {"10.2.0.1"}}, "m1", "m2")
	require.Equal(t, 2, w.writes(before).Total(), "just the endpoints: %s", w.writes(before))
	stop()

	w.away("m2", time.Hour)
	stop = w.start()
	w.untilImported([]string{"m1", "m3"}, map[string][]string{"m1": {"10.1.0.2"}}, "m1", "m2")
	w.unexport("m1")
	w.untilImported([]string{"m1", "m3"}, map[string][]string{}, "m2")

	w.mend()
	w.Put(federation.Cluster{Name: "m2", Ready: true, Connection: "again"})
	w.untilImported(everywhere, map[string][]string{"m2": {"10.2.0.1"}}, "m2")
	stop()
}

func TestWhatIsForeignIsLeftAlone(t *testing.T) {
	w := newWorld(t, everywhere...)
	theirs := func(kind federation.Type, name string, labels map[string]string, more map[string]any) *unstructured.Unstructured {
		o := &unstructured.Unstructured{Object: more}
		o.SetGroupVersionKind(kind.GroupVersionKind())
		o.SetName(name)
		o.SetLabels(labels)
		made, err := w.in("m2", kind).Create(t.Context(), o, metav1.CreateOptions{})
		require.NoError(t, err)
		return made
	}
	all := []*unstructured.Unstructured{
		theirs(clusterset.Imports(), "web", nil, map[string]any{"spec": map[string]any{"type": "ClusterSetIP", "ports": []any{}}}),
		theirs(clusterset.Slices(), "clusterset-theirs", map[string]string{
			propagation.ManagedLabel: "true", v1beta1.LabelServiceName: "other", v1beta1.LabelSourceCluster: "m1",
		}, map[string]any{"addressType": "IPv4", "endpoints": []any{}}),
	}
	w.start()
	w.serve("m1", plainly, port("http", 80))
	w.endpoints("m1", "web-a", "10.1.0.1")
	w.export("m1")
	w.untilImported([]string{"m1", "m3"}, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	w.until("the export says so", func() bool { return w.condition("m1", "Ready").Reason == "Failed" })
	require.Contains(t, w.condition("m1", "Ready").Message, "m2: ")

	w.unexport("m1")
	w.untilGone("m1", "m3")
	for i, kind := range []federation.Type{clusterset.Imports(), clusterset.Slices()} {
		now, err := w.in("m2", kind).Get(t.Context(), all[i].GetName(), metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, all[i], now)
	}
}

func TestWhatOthersChangeIsSetBack(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.shared()
	require.NoError(t, w.in("m3", clusterset.Imports()).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	require.NoError(t, w.in("m2", clusterset.Slices()).Delete(t.Context(), clusterset.SliceName("m1", "web-a"), metav1.DeleteOptions{}))
	w.patch("m1", clusterset.Services(), clusterset.DerivedName("web"), `{"spec":{"sessionAffinity":"ClientIP"}}`)
	w.untilImported(everywhere, shared(), "m1", "m2")
	w.until("the derived Service is as it was", func() bool {
		return w.derived("m1").Spec.SessionAffinity == corev1.ServiceAffinityNone
	})

	require.NoError(t, w.in("m3", clusterset.Services()).Delete(t.Context(), clusterset.DerivedName("web"), metav1.DeleteOptions{}))
	w.until("it has an address again", func() bool { return w.derived("m3") != nil })
	w.untilImported(everywhere, shared(), "m1", "m2")
}

func TestANamespaceThatComesLaterImports(t *testing.T) {
	w := newWorld(t, everywhere...)
	late := servers.Shared(t, "m4")[0]
	w.servers["m4"] = late
	w.ready("m4")
	w.start()
	w.shared()
	w.until("a member without the kinds is no trouble", func() bool { return w.condition("m1", "Ready").Status == metav1.ConditionTrue })

	_, err := w.client("m4").CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.install("m4")
	w.untilImported([]string{"m4"}, shared(), "m1", "m2")

	w.Remove("m2")
	w.untilImported([]string{"m1", "m3", "m4"}, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	require.Equal(t, shared(), w.reached("m2"), "what is in a cluster that has left stays there")
	w.ready("m2")
	w.untilImported([]string{"m1", "m2", "m3", "m4"}, shared(), "m1", "m2")
}

func TestAMemberWithoutTheKindsHoldsUpNothingForLong(t *testing.T) {
	w := newWorld(t, everywhere...)
	stop := w.start()
	w.shared()
	stop()
	w.unexport("m1")
	w.unexport("m2")
	plain := servers.Shared(t, "plain")[0] // it might still export something
	w.servers["plain"] = plain
	t.Cleanup(func() { delete(w.servers, "plain") })
	w.ready("plain")
	w.start()
	w.untilGone(everywhere...)
}

func TestAMemberThatDoesNotAnswerDelaysNobody(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	dead := servers.Fresh(t, "dead")[0]
	w.servers["dead"] = dead
	t.Cleanup(func() { delete(w.servers, "dead") }) // it has been stopped by then
	w.install("dead")
	_, err := w.client("dead").CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.ready("dead")
	w.start()
	w.serve("dead", plainly, port("http", 80))
	w.endpoints("dead", "web-a", "10.3.0.1")
	w.export("dead")
	w.untilImported([]string{"m1", "m2", "dead"}, map[string][]string{"dead": {"10.3.0.1"}}, "dead")

	require.NoError(t, dead.Pause())
	began := time.Now()
	w.serve("m1", plainly, port("http", 80))
	w.endpoints("m1", "web-a", "10.1.0.1")
	w.export("m1")
	w.untilImported([]string{"m1", "m2"}, map[string][]string{"dead": {"10.3.0.1"}, "m1": {"10.1.0.1"}}, "dead", "m1")
	require.Less(t, time.Since(began), 8*time.Second, "nobody waits for an answer of a member that gives none")
	require.NoError(t, dead.Continue())
	w.untilImported([]string{"dead"}, map[string][]string{"dead": {"10.3.0.1"}, "m1": {"10.1.0.1"}}, "dead", "m1")
	w.untilReady("m1", "dead")
}

func TestAMemberThatLeavesTakesItsExportsAlong(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.shared()
	w.Put(federation.Cluster{Name: "m2", Ready: true, Leaving: federation.LeavingDelete})
	w.untilImported([]string{"m1", "m3"}, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	w.untilGone("m2")
}

func TestNothingIsLeftRunning(t *testing.T) {
	w := newWorld(t, everywhere...)
	before := goleak.IgnoreCurrent()
	stop := w.start()
	w.shared()
	stop()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*clientConnReadLoop).run"))
}

func TestWhatAChangeCosts(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	before := w.counter.Requests()
	w.share("m1", "10.1.0.1")
	w.untilShared(map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	w.share("m2", "10.2.0.1") // not together with the other one, which would cost less
	w.untilShared(shared(), "m1", "m2")
	w.untilQuiet("first")
	made := w.writes(before)
	for _, name := range everywhere {
		of := func(group, resource, subresource string) budget.Request {
			return budget.Request{Cluster: name, Verb: "patch", Group: group, Resource: resource, Subresource: subresource}
		}
		require.Equal(t, 1, made[of("", "services", "")], made)
		require.Equal(t, 1, made[of(v1beta1.GroupName, "serviceimports", "")], made)
		require.Equal(t, 2, made[of(v1beta1.GroupName, "serviceimports", "status")], "one for each export: %s", made)
		require.Equal(t, 2, made[of(discoveryv1.GroupName, "endpointslices", "")], made)
	}

	before = w.counter.Requests()
	w.endpoints("m1", "web-a", "10.1.0.9")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.9"}, "m2": {"10.2.0.1"}}, "m1", "m2")
	w.untilQuiet("second")
	made = w.writes(before).Only(func(r budget.Request) bool { return r.Resource != "serviceexports" })
	require.Equal(t, 3, made.Total(), "one for each member: %s", made)
}

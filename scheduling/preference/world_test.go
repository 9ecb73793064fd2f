package preference_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/scheduling/preference"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }

// fields is an object of JSON.
type fields = map[string]any

var deployments = testbed.Deployments()

// schedulerName is the name under which the requests of the controller to the host
// are counted.
const schedulerName = "scheduler"

// world is a federation whose replicas are divided by preference.
type world struct {
	*testbed.Bed
	Preference preference.Options // what Schedule makes the controller of; the rest is filled in
	stop       func()
}

// federate makes a world of members that run.
func federate(t *testing.T, members int, of ...federation.Type) *world {
	t.Helper()
	names := []string{"host", "member1", "member2", "member3"}
	all := servers.Shared(t, names[:members+1]...)
	w := &world{Bed: testbed.New(t, all[0], all[1:], of...), stop: func() {}}
	for _, one := range of {
		w.Judge(one)
	}
	t.Cleanup(func() { w.stop() })
	return w
}

// begin runs the loops and the controller.
func (w *world) begin() {
	w.Helper()
	w.Run()
	w.Preference.Copies = looking{w.Bed}
	w.schedule()
}

// looking is how copies fare, by the loops that run now.
type looking struct{ *testbed.Bed }

func (l looking) Look(target federation.Type, key propagation.Key) (propagation.Picture, bool) {
	return l.Loops.Look(target, key)
}

// schedule runs the controller alone, until halt or the end of the test.
func (w *world) schedule() *preference.Controller {
	w.Helper()
	config := w.Host.Config()
	config.Wrap(w.Counter.Wrap(schedulerName))
	o := w.Preference
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
	c, err := preference.New(o)
	require.NoError(w, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	w.stop = func() {
		cancel()
		require.NoError(w, <-ended)
		events.Shutdown()
		w.stop = func() {}
	}
	return c
}

func (w *world) halt() { w.stop() }

// writes are the writes of the controller.
func writes(made budget.Requests) int {
	return made.Only(func(r budget.Request) bool { return r.Resource != "events" }).Writes(schedulerName)
}

// deploy declares a Deployment, everywhere unless placement says otherwise.
func (w *world) deploy(name string, more fields) {
	w.Helper()
	labels := fields{"app": name}
	spec := fields{
		"template": fields{"spec": fields{
			"replicas": int64(1), "selector": fields{"matchLabels": labels},
			"template": fields{"metadata": fields{"labels": labels}, "spec": fields{"containers": []any{fields{"name": "main", "image": "example.test/web:1"}}}},
		}},
		"placement": fields{"clusterSelector": fields{}},
	}
	for k, v := range more {
		spec[k] = v
	}
	w.Create(deployments, name, spec)
}

// preferences are those in the bed's namespace.
func (w *world) preferences() dynamic.ResourceInterface {
	return w.Client.Resource(v1alpha1.ReplicaSchedulingPreferences()).Namespace(w.Namespace)
}

// prefer creates a preference.
func (w *world) prefer(name string, spec fields) {
	w.Helper()
	all := w.preferences()
	_, err := all.Create(context.Background(), &unstructured.Unstructured{Object: fields{
		"apiVersion": v1alpha1.GroupVersion().String(), "kind": "ReplicaSchedulingPreference",
		"metadata": fields{"name": name}, "spec": spec,
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
	w.Cleanup(func() { // the server is shared
		_, _ = all.Patch(context.Background(), name, types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{})
		_ = all.Delete(context.Background(), name, metav1.DeleteOptions{})
	})
}

// change merges a change into a preference.
func (w *world) change(name, change string) {
	w.Helper()
	_, err := w.preferences().Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(w, err)
}

// status reads the status of a preference, and whether it speaks of its spec.
func (w *world) status(name string) (v1alpha1.ReplicaSchedulingPreferenceStatus, bool) {
	w.Helper()
	o, err := w.preferences().Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w, err)
	var p v1alpha1.ReplicaSchedulingPreference
	require.NoError(w, runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &p))
	return p.Status, p.Status.ObservedGeneration == p.Generation
}

// untilTold waits for a condition of a preference, for its present generation.
func (w *world) untilTold(name, condition string, status metav1.ConditionStatus, reason string) v1alpha1.ReplicaSchedulingPreferenceStatus {
	w.Helper()
	var now v1alpha1.ReplicaSchedulingPreferenceStatus
	if !w.Holds(func() bool {
		observed := false
		now, observed = w.status(name)
		c := meta.FindStatusCondition(now.Conditions, condition)
		return observed && c != nil && c.Status == status && c.Reason == reason
	}) {
		shown, _ := json.MarshalIndent(now, "", "  ")
		require.Fail(w, "never "+condition+" "+string(status)+" "+reason, "%s", shown)
	}
	return now
}

// untilScheduled waits until every replica has a cluster that was told so.
func (w *world) untilScheduled(name string) v1alpha1.ReplicaSchedulingPreferenceStatus {
	w.Helper()
	w.untilTold(name, v1alpha1.Scheduled, metav1.ConditionTrue, v1alpha1.Scheduled)
	return w.untilTold(name, v1alpha1.Settled, metav1.ConditionTrue, v1alpha1.Settled)
}

// by is a number by cluster.
type by map[string]int64

// replicas are what a preference planned.
func planned(s v1alpha1.ReplicaSchedulingPreferenceStatus) by {
	all := by{}
	for _, c := range s.Clusters {
		all[c.Name] = c.Replicas
	}
	return all
}

// told is what the federated object tells each cluster of a field.
func (w *world) told(t federation.Type, name, path string) by {
	w.Helper()
	all := by{}
	for _, o := range w.spec(t, name).Overrides {
		for _, p := range o.ClusterOverrides {
			if p.Path == path {
				all[o.ClusterName], _ = p.Value.(int64)
			}
		}
	}
	return all
}

func (w *world) spec(t federation.Type, name string) federatedkind.Spec {
	w.Helper()
	o, err := w.Federated(t).Get(context.Background(), name, metav1.GetOptions{})
	require.NoError(w, err)
	spec, err := federatedkind.SpecOf(o)
	require.NoError(w, err)
	return spec
}

// placed are the clusters that the federated object lists, in its order.
func (w *world) placed(t federation.Type, name string) []string {
	w.Helper()
	var all []string
	for _, c := range w.spec(t, name).Placement.Clusters {
		all = append(all, c.Name)
	}
	return all
}

// held is how many replicas each member's copy asks for; members without a copy are
// left out.
func (w *world) held(name string) by {
	w.Helper()
	all := by{}
	for _, s := range w.Servers {
		if o := w.Copy(s, deployments, name); o != nil {
			all[s.Cluster()], _, _ = unstructured.NestedInt64(o.Object, "spec", "replicas")
		}
	}
	return all
}

// ready has a member's Deployment say how many replicas are ready, for what it asks
// for now.
func (w *world) ready(member int, name string, n int64) {
	w.Helper()
	server := w.Servers[member]
	o := w.Copy(server, deployments, name)
	require.NotNil(w, o)
	w.tell(server, o, n)
}

// tell has a Deployment, as it was read, say that so many of its replicas are ready: what
// it asks for may change at any time, and never is less than what is ready.
func (w *world) tell(server *controlplane.Server, o *unstructured.Unstructured, n int64) {
	w.Helper()
	wanted := replicasOf(o)
	body, err := json.Marshal(fields{"status": fields{
		"observedGeneration": o.GetGeneration(), "replicas": wanted, "updatedReplicas": wanted, "readyReplicas": n, "availableReplicas": n,
	}})
	require.NoError(w, err)
	_, err = w.In(server, deployments).Patch(context.Background(), o.GetName(), types.MergePatchType, body, metav1.PatchOptions{}, "status")
	require.NoError(w, err)
}

// replicasOf is how many a Deployment asks for.
func replicasOf(o *unstructured.Unstructured) int64 {
	wanted, _, _ := unstructured.NestedInt64(o.Object, "spec", "replicas")
	return wanted
}

// allReady has every member's Deployment say that all are.
func (w *world) allReady(name string) {
	w.Helper()
	for _, s := range w.Servers {
		if o := w.Copy(s, deployments, name); o != nil {
			w.tell(s, o, replicasOf(o))
		}
	}
}

// untilGone waits until there is no preference of that name.
func (w *world) untilGone(name string) {
	w.Helper()
	w.Until("gone: "+name, func() bool {
		_, err := w.preferences().Get(context.Background(), name, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

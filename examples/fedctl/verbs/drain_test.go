package verbs_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/testbed"
)

// joinFetching makes a cluster of this name a member that fetches. It returns what runs
// its agent, until that is stopped.
func (w *world) joinFetching(name string) (start func() (stop func())) {
	w.Helper()
	server := servers.Shared(w.T, name)[0]
	agent, err := w.setup().JoinFetching(w.Context(), setup.Member{Name: name, Config: server.Config()})
	require.NoError(w, err)
	w.clusters = append(w.clusters, server)
	return testbed.Agent(w, federation.ClusterName(name), agent.Host, agent.Member)
}

// member is a client of a cluster.
func (w *world) member(i int) kubernetes.Interface { return controlplanetest.Client(w, w.clusters[i]) }

// holds waits until clusters, in their order, hold the ConfigMaps of these names.
func (w *world) holds(names ...map[string]string) {
	w.Helper()
	for i, want := range names {
		var last map[string]string
		require.Eventually(w, func() bool { last = w.held(i); return maps.Equal(want, last) }, soon, tick, "cluster %d", i)
	}
}

// held are the copies of ConfigMaps in a cluster: the color of each.
func (w *world) held(cluster int) map[string]string {
	w.Helper()
	list, err := w.member(cluster).CoreV1().ConfigMaps(w.namespace).List(context.Background(), metav1.ListOptions{LabelSelector: "kubefed.io/managed=true"})
	require.NoError(w, err)
	held := map[string]string{}
	for _, c := range list.Items {
		held[c.Name] = c.Data["color"]
	}
	return held
}

// fares waits until the status of a FederatedConfigMap names clusters, with these words.
func (w *world) fares(name string, want map[string]string) {
	w.Helper()
	var last map[string]string
	require.Eventually(w, func() bool {
		object, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(w, err)
		s, err := federatedkind.StatusOf(object)
		require.NoError(w, err)
		last = map[string]string{}
		for _, c := range s.Clusters {
			last[c.Name] = c.Status
		}
		return maps.Equal(want, last)
	}, soon, tick, "%s", name)
}

// blue are the ConfigMaps that are held where those of these names are.
func blue(names ...string) map[string]string {
	held := map[string]string{}
	for _, name := range names {
		held[name] = "blue"
	}
	return held
}

// A member that is written to and one that fetches are cordoned and drained; those that
// hold something say so, and what tolerates it stays.
func TestCordonAndDrain(t *testing.T) {
	w := newFederation(t, []string{"m1"})
	startAgent := w.joinFetching("m2")
	stopAgent := startAgent()
	w.control()
	w.federateNamespace(map[string]any{})
	w.settings("settings")
	w.holds(blue("settings"), blue("settings"))
	w.fares("settings", map[string]string{"m1": "", "m2": ""})

	w.answers("m1 is cordoned\n", "cordon", "m1")
	w.answers("m2 is cordoned\n", "cordon", "m2")
	require.Equal(t, []string{"fedrail.io/unschedulable:NoSchedule"}, w.taints("m2"))
	cluster, err := w.system("kubefedclusters").Get(t.Context(), "m1", metav1.GetOptions{})
	require.NoError(t, err)
	cordoned, _, _ := unstructured.NestedBool(cluster.Object, "spec", "unschedulable")
	require.True(t, cordoned)
	w.fares("settings", map[string]string{"m1": "", "m2": ""})
	w.settings("later")
	w.explains("later", "NoClusterSelected", "m1: the cluster is cordoned")
	require.Equal(t, blue("settings"), w.held(0))
	w.answers("m2 is uncordoned\n", "uncordon", "m2")
	w.holds(blue("settings"), blue("settings", "later"))

	r := w.ok("drain", "m1", "--wait")
	namespace := "FederatedNamespace " + w.namespace + "/" + w.namespace
	require.Equal(t, "m1 is being drained\nm1 is drained; what tolerates it stays: "+namespace+"\n", r.out)
	require.Contains(t, r.err, "1 to go: FederatedConfigMap "+w.namespace+"/settings\n")
	require.Empty(t, w.held(0))
	require.ElementsMatch(t, []string{"fedrail.io/unschedulable:NoSchedule", "fedrail.io/drain:NoExecute"}, w.taints("m1"))
	w.answers("m1 is being drained\n", "drain", "m1")

	w.heldBack()
	w.answers("m1 is uncordoned\n", "uncordon", "m1")
	require.Empty(t, w.taints("m1"))
	w.holds(blue("settings", "later"), blue())
	stopAgent()
}

// explains waits until a FederatedConfigMap says that it is not Ready for that reason.
func (w *world) explains(name, reason, message string) {
	w.Helper()
	require.Eventually(w, func() bool {
		object, err := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps")).Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(w, err)
		s, err := federatedkind.StatusOf(object)
		require.NoError(w, err)
		return slices.ContainsFunc(s.Conditions, func(c federatedkind.Condition) bool {
			return c.Type == "Ready" && c.Reason == reason && strings.Contains(c.Message, message)
		})
	}, soon, tick, "%s says %s", name, reason)
}

// heldBack drains m2 as well, where the last copies are, until that is all that is
// left.
func (w *world) heldBack() {
	w.Helper()
	object := "FederatedConfigMap " + w.namespace + "/settings"
	draining := w.begin("drain", "m2", "--wait")
	draining.says(draining.err, "\n1 to go: "+object+"\n  "+object+
		" is held back: 2 of 2 clusters would lose the object, though its own placement did not change: m1, m2; to let that happen, annotate")
	require.Equal(w, 130, draining.interrupt())
	require.Contains(w, draining.err.String(), "\nerror: m2 goes on being drained; \"fedctl drain m2 --wait\" waits for it again, \"fedctl uncordon m2\" takes it back\n")
	require.Equal(w, "m2 is being drained\n", draining.out.String())
	r := w.fedctl("drain", "m2", "--wait", "--timeout=1s")
	require.Equal(w, 2, r.code)
	require.Contains(w, r.err, "\nerror: m2 is not drained within 1s; it goes on being drained, and 1 are to go: "+object+"\n")
	require.Equal(w, blue("settings"), w.held(1))
}

// An object that says that a preference weighs taints, of which there is none, stays
// in a member that is drained; the drain says so.
func TestADrainNamesWhatNobodyWeighs(t *testing.T) {
	w := newFederation(t, []string{"m1"})
	w.control()
	w.federateNamespace(map[string]any{})
	w.settings("settings")
	w.fares("settings", map[string]string{"m1": ""})
	w.change("settings", `{"metadata":{"annotations":{"`+federatedkind.TaintsAnnotation+`":"Tolerated"}}}`)
	object := "FederatedConfigMap " + w.namespace + "/settings"
	require.Equal(t, result{out: "m1 is being drained\n", err: "1 to go: " + object + "\n  " + object + " is held back: its annotation fedrail.io/taints says " +
		"that a ReplicaSchedulingPreference weighs taints, and there is none of its name: remove the annotation\n"}, w.ok("drain", "m1"))
}

// divide has a preference divide the replicas of a Deployment evenly. What left a
// member comes back at once.
func (w *world) divide(name string, total int64) {
	w.Helper()
	_, err := w.objects(w.host.Config(), v1alpha1.ReplicaSchedulingPreferences()).Create(w.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion().String(), "kind": "ReplicaSchedulingPreference",
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{"targetKind": "FederatedDeployment", "totalReplicas": total, "planner": "Fair",
			"failover": map[string]any{"return": "AtOnce"}},
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// becomeReady has a member's Deployment say that as many are ready as it asks for.
func (w *world) becomeReady(cluster int, name string) {
	w.Helper()
	deployments := w.member(cluster).AppsV1().Deployments(w.namespace)
	o, err := deployments.Get(w.Context(), name, metav1.GetOptions{})
	require.NoError(w, err)
	n := *o.Spec.Replicas
	o.Status.ObservedGeneration = o.Generation
	o.Status.Replicas, o.Status.UpdatedReplicas, o.Status.ReadyReplicas, o.Status.AvailableReplicas = n, n, n, n
	_, err = deployments.UpdateStatus(w.Context(), o, metav1.UpdateOptions{})
	require.NoError(w, err)
}

// hasReplicas waits until the clusters' copies of a Deployment ask for so many.
func (w *world) hasReplicas(name string, want ...int32) {
	w.Helper()
	require.Eventually(w, func() bool {
		for i := range want {
			got, err := w.member(i).AppsV1().Deployments(w.namespace).Get(context.Background(), name, metav1.GetOptions{})
			if err != nil || *got.Spec.Replicas != want[i] {
				return false
			}
		}
		return true
	}, soon, tick, "%v replicas", want)
}

// A drain of a member ends when the replicas that a preference gave it are ready in
// another one, and not before; uncordon brings them back in the same way.
func TestADrainWaitsUntilReplicasAreReadyElsewhere(t *testing.T) {
	w := newFederation(t, []string{"m1", "m2"}, "deployments.apps")
	w.control()
	w.federateNamespace(map[string]any{})
	w.declare("FederatedDeployment", "federateddeployments", "web", map[string]any{"template": deploymentTemplate()})
	w.divide("web", 6)
	w.hasReplicas("web", 3, 3)
	w.becomeReady(0, "web")
	w.becomeReady(1, "web")

	draining := w.begin("drain", "m1", "--wait")
	w.hasReplicas("web", 3, 6)
	object := "FederatedDeployment " + w.namespace + "/web"
	draining.says(draining.err, "1 to go: "+object+" (3 replicas ready)\n")
	require.Empty(t, draining.code, "six are told to start, and none of the three more is ready: %s", draining.err)
	w.becomeReady(1, "web")
	require.Zero(t, <-draining.code)
	require.Regexp(t, "^m1 is being drained\nm1 is drained(; what tolerates it stays: FederatedNamespace .*)?\n$", draining.out.String())
	list, err := w.member(0).AppsV1().Deployments(w.namespace).List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, list.Items)

	w.answers("m1 is uncordoned\n", "uncordon", "m1")
	w.hasReplicas("web", 3, 6)
	w.becomeReady(0, "web")
	w.hasReplicas("web", 3, 3)
}

package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// runs the program on the world's host as its administrator, and returns what it
// says.
func (w *world) runs(ctx context.Context, args ...string) (string, error) {
	w.t.Helper()
	said := &output{}
	err := w.runsTo(ctx, said, args...)
	return said.String(), err
}

func (w *world) runsTo(ctx context.Context, said *output, args ...string) error {
	content, err := w.host.Kubeconfig()
	require.NoError(w.t, err)
	return run(ctx, append(args, "--kubeconfig="+file(w.t, "host.yaml", string(content))), said)
}

// answers runs the program, which has to say just that.
func (w *world) answers(want string, args ...string) {
	w.t.Helper()
	said, err := w.runs(w.t.Context(), args...)
	require.NoError(w.t, err)
	require.Equal(w.t, want, said)
}

// taints are those of a member. Those that empty it have a time.
func (w *world) taints(member string) []string {
	w.t.Helper()
	all, err := w.setup().Taints(w.t.Context(), member)
	require.NoError(w.t, err)
	texts := []string{}
	for _, t := range all {
		require.True(w.t, t.Effect != corev1.TaintEffectNoExecute || t.TimeAdded != nil, "%s has a time", t.ToString())
		texts = append(texts, t.ToString())
	}
	return texts
}

// A member that is written to and one that fetches are cordoned, drained and
// tainted; those that hold something say so, and what tolerates it stays.
func TestCordonAndDrain(t *testing.T) {
	w := newWorld(t, "m1")
	startAgent := w.joinFetching(servers.Shared(t, "m2")[0])
	stopAgent := startAgent()
	p := w.start(quick)
	w.declareConfigMap("settings")
	w.arrives("settings")
	w.fares("settings", map[string]string{"m1": "", "m2": ""})

	w.answers("m1 is cordoned\n", "cordon", "m1")
	w.answers("m2 is cordoned\n", "cordon", "m2")
	require.Equal(t, []string{"fedrail.io/unschedulable:NoSchedule"}, w.taints("m2"))
	cluster, err := w.client.Resource(corev1beta1.KubeFedClusters()).Namespace(corev1beta1.DefaultNamespace).Get(t.Context(), "m1", metav1.GetOptions{})
	require.NoError(t, err)
	cordoned, _, _ := unstructured.NestedBool(cluster.Object, "spec", "unschedulable")
	require.True(t, cordoned)
	w.fares("settings", map[string]string{"m1": "", "m2": ""})
	w.declareConfigMap("later")
	w.explains("later", "NoClusterSelected", "m1: the cluster is cordoned")
	require.Equal(t, map[string]string{"settings": "settings"}, w.held(w.members[0]))
	w.answers("m2 is uncordoned\n", "uncordon", "m2")
	w.holds(1, map[string]string{"settings": "settings", "later": "later"})

	said, err := w.runs(t.Context(), "drain", "m1", "--wait")
	require.NoError(t, err)
	namespace := "FederatedNamespace " + w.namespace + "/" + w.namespace
	require.Regexp(t, "^m1 is being drained\n(.*\n)*m1 is drained; what tolerates it stays: "+namespace+"\n$", said)
	require.Contains(t, said, "1 to go: FederatedConfigMap "+w.namespace+"/settings\n")
	require.Empty(t, w.held(w.members[0]))
	require.ElementsMatch(t, []string{"fedrail.io/unschedulable:NoSchedule", "fedrail.io/drain:NoExecute"}, w.taints("m1"))
	w.answers("m1 is being drained\n", "drain", "m1")

	w.heldBack(t)
	w.answers("m1 is uncordoned\n", "uncordon", "m1")
	require.Empty(t, w.taints("m1"))
	w.holds(0, map[string]string{"settings": "settings", "later": "later"})
	w.holds(1, map[string]string{})
	stopAgent()
	require.Equal(t, 0, p.terminate())
}

// heldBack drains m2 as well, where the last copies are, until that is all that is
// left.
func (w *world) heldBack(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	said, ended := &output{}, make(chan error, 1)
	go func() { ended <- w.runsTo(ctx, said, "drain", "m2", "--wait") }()
	held := "\n1 to go: FederatedConfigMap " + w.namespace + "/settings\n  FederatedConfigMap " + w.namespace +
		"/settings is held back: 2 of 2 clusters would lose the object, though its own placement did not change: m1, m2; to let that happen, annotate"
	require.Eventually(t, func() bool { return strings.Contains(said.String(), held) }, soon, tick)
	interrupt()
	require.EqualError(t, <-ended, `m2 goes on being drained; "drain m2 --wait" waits for it again, "uncordon m2" takes it back`)
	require.Equal(t, map[string]string{"settings": "settings"}, w.held(w.members[1]))
}

// An object that says that a preference weighs taints, of which there is none, stays
// in a member that is drained; the drain says so.
func TestADrainNamesWhatNobodyWeighs(t *testing.T) {
	w := newWorld(t, "m1")
	p := w.start(quick)
	w.declareConfigMap("settings")
	w.arrives("settings")
	w.fares("settings", map[string]string{"m1": ""})
	_, err := w.federated("federatedconfigmaps").Patch(t.Context(), "settings", types.MergePatchType,
		[]byte(`{"metadata":{"annotations":{"`+federatedkind.TaintsAnnotation+`":"Tolerated"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	object := "FederatedConfigMap " + w.namespace + "/settings"
	w.answers("m1 is being drained\n1 to go: "+object+"\n  "+object+" is held back: its annotation fedrail.io/taints says "+
		"that a ReplicaSchedulingPreference weighs taints, and there is none of its name: remove the annotation\n", "drain", "m1")
	require.Equal(t, 0, p.terminate())
}

// explains waits until a FederatedConfigMap says that it is not Ready for that
// reason.
func (w *world) explains(name, reason, message string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		object, err := w.federated("federatedconfigmaps").Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return false
		}
		s, err := federatedkind.StatusOf(object)
		for _, c := range s.Conditions {
			if err == nil && c.Type == "Ready" && c.Reason == reason {
				return strings.Contains(c.Message, message)
			}
		}
		return false
	}, soon, tick, "%s says %s", name, reason)
}

func TestTaintsFromTheCommandLine(t *testing.T) {
	w := newWorld(t, "m1")
	w.joinFetching(servers.Shared(t, "m2")[0])
	for _, member := range []string{"m1", "m2"} {
		w.answers(member+" is tainted as asked\n", "taint", member, "example.com/repair=disk:NoExecute", "disk:PreferNoSchedule", "example.com/repair:NoSchedule")
		require.ElementsMatch(t, []string{"example.com/repair=disk:NoExecute", "disk:PreferNoSchedule", "example.com/repair:NoSchedule"}, w.taints(member))
		w.answers(member+" is tainted as asked\n", "taint", member, "example.com/repair:NoSchedule-", "disk=slow:PreferNoSchedule")
		require.ElementsMatch(t, []string{"example.com/repair=disk:NoExecute", "disk=slow:PreferNoSchedule"}, w.taints(member))
		w.answers(member+" is cordoned\n", "cordon", member)
		w.answers(member+" is tainted as asked\n", "taint", member, "example.com/repair-", "disk-", "fedrail.io/unschedulable-", "never-was-")
		require.Empty(t, w.taints(member))
		for text, want := range map[string]string{
			"repair":        `taint "repair": write key=value:Effect or key:Effect, and key:Effect- or key- to remove one`,
			"=disk:NoShow":  `taint "=disk:NoShow": write key=value:Effect or key:Effect`,
			"repair:Evict":  `taints[0] "repair:Evict": effect: there is no "Evict": write NoSchedule, PreferNoSchedule or NoExecute`,
			"a b:NoExecute": `taints[0] "a b:NoExecute": key: name part must consist of`,
		} {
			_, err := w.runs(t.Context(), "taint", member, text)
			require.ErrorContains(t, err, want)
		}
		require.Empty(t, w.taints(member))
	}
	for _, args := range [][]string{{"cordon", "m3"}, {"uncordon", "m3"}, {"drain", "m3"}, {"drain", "m3", "--wait"}, {"taint", "m3", "k:NoSchedule"}} {
		_, err := w.runs(t.Context(), args...)
		require.EqualError(t, err, `no member has the name "m3"; members: m1, m2`)
	}
}

func TestNobodyHasJoinedYet(t *testing.T) {
	w := newHost(t, "Cluster")
	_, err := w.runs(t.Context(), "cordon", "m1")
	require.EqualError(t, err, "no cluster has joined the federation yet")
}

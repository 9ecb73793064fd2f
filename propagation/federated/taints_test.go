package federated_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

// taint gives a member these taints, added now.
func taint(b *testbed.Bed, name federation.ClusterName, taints ...corev1.Taint) {
	b.Helper()
	c, there := b.Members.Snapshot().Get(name)
	require.True(b, there)
	now := metav1.Now()
	c.Taints = nil
	for _, t := range taints {
		t.TimeAdded = &now
		c.Taints = append(c.Taints, t)
	}
	b.Members.Put(c)
}

func cordon() corev1.Taint {
	return corev1.Taint{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}
}

func drain() corev1.Taint {
	return corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute}
}

const tolerateDrain = `{"spec":{"placement":{"tolerations":[{"key":"fedrail.io/drain","operator":"Exists"}]}}}`

// toMembers are writes to members.
func toMembers(r budget.Request) bool { return r.Write() && r.Cluster != testbed.HostName }

// TestFollowersOfACordonedCluster stay with what is there, and do not go where
// those who refer to them do not; a restart makes no difference.
func TestFollowersOfACordonedCluster(t *testing.T) {
	b := followBed(t)
	for _, name := range []string{"config", "later"} {
		onHost(b, configMaps, name, fields{"data": fields{"color": "blue"}})
	}
	deploy(b, "web", fromConfigMap("config"), "member1", "member2")
	untilHeld(b, configMaps, "config", "member1", "member2")
	b.UntilReady(deployments, "web")
	before := b.Quiet()
	taint(b, "member1", cordon())
	made := b.Quiet().Since(before)
	require.Empty(t, made.Only(toMembers), "nothing changes for what is there")

	deploy(b, "late", fromConfigMap("later"), "member1", "member2")
	untilHeld(b, deployments, "late", "member2")
	untilHeld(b, configMaps, "later", "member2")

	before = b.Quiet()
	b.Stop()
	b.Run()
	made = b.Quiet().Since(before)
	require.Empty(t, made.Only(toMembers), "nor after a restart")
	untilHeld(b, deployments, "web", "member1", "member2")
	untilHeld(b, configMaps, "config", "member1", "member2")
	untilHeld(b, configMaps, "later", "member2")

	taint(b, "member1")
	untilHeld(b, configMaps, "later", "member1", "member2")
}

// TestFollowersOfADrainedCluster go with those who refer to them, and stay with
// those that tolerate it.
func TestFollowersOfADrainedCluster(t *testing.T) {
	b := followBed(t)
	for _, name := range []string{"goes", "stays"} {
		onHost(b, configMaps, name, fields{"data": fields{"color": "blue"}})
		deploy(b, name, fromConfigMap(name), "member1", "member2")
	}
	b.Patch(deployments, "stays", tolerateDrain)
	for _, name := range []string{"goes", "stays"} {
		untilHeld(b, configMaps, name, "member1", "member2")
		untilHeld(b, deployments, name, "member1", "member2")
	}
	taint(b, "member1", drain())
	untilHeld(b, deployments, "goes", "member2")
	untilHeld(b, configMaps, "goes", "member2")
	b.Stop()
	b.Run()
	b.UntilReady(deployments, "stays")
	before := b.Quiet()
	untilHeld(b, deployments, "stays", "member1", "member2")
	untilHeld(b, configMaps, "stays", "member1", "member2")
	untilHeld(b, configMaps, "goes", "member2")
	made := b.Quiet().Since(before)
	require.Empty(t, made.Only(toMembers), made)

	taint(b, "member1")
	untilHeld(b, deployments, "goes", "member1", "member2")
	untilHeld(b, configMaps, "goes", "member1", "member2")
}

// TestFollowersOfWhatIsHeldBack stay where the loss guard keeps those who refer to
// them.
func TestFollowersOfWhatIsHeldBack(t *testing.T) {
	b := followBed(t)
	onHost(b, configMaps, "config", fields{"data": fields{"color": "blue"}})
	deploy(b, "web", fromConfigMap("config"), "member1", "member2")
	untilHeld(b, configMaps, "config", "member1", "member2")
	b.UntilReady(deployments, "web")
	b.Patch(deployments, "web", `{"spec":{"placement":{"clusters":null,"clusterSelector":{"matchLabels":{"tier":"gold"}}}}}`)
	untilHeld(b, configMaps, "config")
	for _, name := range []federation.ClusterName{"member1", "member2"} {
		c, _ := b.Members.Snapshot().Get(name)
		c.Labels = map[string]string{"tier": "gold"}
		b.Members.Put(c)
	}
	untilHeld(b, configMaps, "config", "member1", "member2")
	b.UntilReady(deployments, "web")

	tarnished := make([]federation.Cluster, 0, 2)
	for c := range b.Members.Snapshot().All() {
		c.Labels = nil
		tarnished = append(tarnished, c)
	}
	b.Members.Replace(federation.NewClusterSet(tarnished...))
	b.Until("guarded", func() bool { return testbed.ReadyCondition(b.Status(deployments, "web")).Reason == "LossGuarded" })
	b.Quiet()
	untilHeld(b, deployments, "web", "member1", "member2")
	untilHeld(b, configMaps, "config", "member1", "member2")
}

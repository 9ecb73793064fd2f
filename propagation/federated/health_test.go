package federated_test

import (
	"testing"
	"time"

	kstatus "github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/status"
)

// newJudged is a running federation whose Deployments are judged, and a Deployment
// that two members hold.
func newJudged(t *testing.T, prepare ...func(*testing.T, *testbed.Bed)) *testbed.Bed {
	all := servers.Shared(t, "host", "member1", "member2")
	b := testbed.New(t, all[0], all[1:], deployments)
	b.Judge(deployments)
	for _, do := range prepare {
		do(t, b)
	}
	b.Run()
	b.UntilReady(testbed.Namespaces(), b.Namespace)
	declareDeployment(b)
	b.Until("reported", func() bool { return len(b.Status(deployments, "web").Clusters) == 2 })
	return b
}

// read is what a tool that knows no federation makes of the federated object.
func read(b *testbed.Bed) kstatus.Status {
	b.Helper()
	o, err := b.Federated(deployments).Get(b.Context(), "web", metav1.GetOptions{})
	require.NoError(b, err)
	result, err := kstatus.Compute(o)
	require.NoError(b, err)
	return result.Status
}

func condition(s federatedkind.Status, kind string) federatedkind.Condition {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return federatedkind.Condition{}
}

// TestADeploymentIsReadyWhenItWorksEverywhere, and not when it is just there; tools
// that read any object understand it.
func TestADeploymentIsReadyWhenItWorksEverywhere(t *testing.T) {
	b := newJudged(t)
	require.Equal(t, kstatus.InProgressStatus, read(b))
	s := b.Status(deployments, "web")
	require.Equal(t, metav1.ConditionTrue, condition(s, "Propagation").Status)
	require.Equal(t, metav1.ConditionTrue, condition(s, "Applied").Status)
	require.Equal(t, "Progressing", condition(s, "Available").Reason)
	require.Equal(t, "Progressing", s.Clusters[0].Health)
	require.Equal(t, "no controller has looked at it yet", s.Clusters[0].HealthMessage)
	require.Equal(t, &federatedkind.WorstCluster{Cluster: "member1", Health: "Progressing", Message: "no controller has looked at it yet"}, s.Worst)

	heal(b, 0, "web")
	b.Until("member1 works", func() bool { return b.Status(deployments, "web").Clusters[0].Health == "Healthy" })
	require.Equal(t, kstatus.InProgressStatus, read(b))
	require.Equal(t, "member2", b.Status(deployments, "web").Worst.Cluster)
	heal(b, 1, "web")
	b.UntilReady(deployments, "web")
	require.Equal(t, kstatus.CurrentStatus, read(b))
	s = b.Status(deployments, "web")
	require.EqualValues(t, 2, s.Totals["availableReplicas"])
	require.EqualValues(t, 1, s.Clusters[1].Counts["availableReplicas"])
	require.EqualValues(t, 1, s.Clusters[1].ObservedGeneration)
	require.Empty(t, s.Worst.Message)
	for _, c := range s.Conditions {
		require.EqualValues(t, 1, c.ObservedGeneration, c.Type)
	}

	ship(b, "web", "example.test/web:2")
	b.Until("it is on its way again", func() bool {
		return read(b) == kstatus.InProgressStatus && images(b, "web") == "2 2"
	})
}

// TestConditionsSpeakOfTheGenerationThatIsEverywhere, each of them.
func TestConditionsSpeakOfTheGenerationThatIsEverywhere(t *testing.T) {
	b := newJudged(t)
	ship(b, "web", "example.test/web:2")
	b.Until("reported", func() bool { return b.Status(deployments, "web").ObservedGeneration == 2 })
	s := b.Status(deployments, "web")
	for _, kind := range []string{"Propagation", "Ready", "Scheduled", "Applied", "Available"} {
		require.EqualValues(t, 2, condition(s, kind).ObservedGeneration, kind)
	}
}

// TestLookAsksNobody, and is right before anything was reported.
func TestLookAsksNobody(t *testing.T) {
	b := newJudged(t)
	heal(b, 1, "web")
	key := propagation.Key{Namespace: b.Namespace, Name: "web"}
	works := func() bool {
		p, declared := b.Loops.Look(deployments, key)
		return declared && len(p.Clusters) == 2 && p.Clusters[1].Vitals.Health == status.Healthy
	}
	b.Until("seen", works)
	b.Until("reported", func() bool { return b.Status(deployments, "web").Clusters[1].Health == "Healthy" })
	before := b.Quiet()
	for range 1000 {
		require.True(t, works())
		_, declared := b.Loops.Look(deployments, propagation.Key{Namespace: b.Namespace, Name: "nothing"})
		require.False(t, declared)
		_, carried := b.Loops.Look(configMaps, key)
		require.False(t, carried)
	}
	require.Empty(t, b.Counter.Requests().Since(before))
	p, _ := b.Loops.Look(deployments, key)
	require.Equal(t, []status.Count{{Name: "replicas", N: 2}, {Name: "updatedReplicas", N: 1}, {Name: "readyReplicas", N: 1}, {Name: "availableReplicas", N: 1}}, p.Totals)
	require.Equal(t, federation.ClusterName("member1"), p.Worst.Cluster)
	require.EqualValues(t, 1, p.Generation)
}

// TestWhatNobodyCanSeeCountsWhileNothingElseIsWanted of it: a cluster that goes away
// stays in the totals, and nothing is written, until it is behind.
func TestWhatNobodyCanSeeCountsWhileNothingElseIsWanted(t *testing.T) {
	b := newJudged(t)
	heal(b, 0, "web")
	heal(b, 1, "web")
	b.UntilReady(deployments, "web")
	whole := b.Status(deployments, "web")
	require.EqualValues(t, 2, whole.Totals["readyReplicas"])
	name := federation.ClusterName(b.MemberNames()[0])
	member, _ := b.Members.Snapshot().Get(name)
	away := member
	away.Ready, away.Message = false, "no answer"

	before := b.Quiet()
	b.Members.Put(away)
	require.Empty(t, b.Quiet().Since(before).Only(budget.Request.Write))
	require.Equal(t, whole.Totals, b.Status(deployments, "web").Totals)

	b.Patch(deployments, "web", `{"spec":{"overrides":[{"clusterName":"`+string(name)+`","clusterOverrides":[{"path":"/spec/replicas","value":0}]}]}}`)
	b.Until("it is behind", func() bool { return b.Status(deployments, "web").Clusters[0].Status == "ClusterNotReady" })
	s := b.Status(deployments, "web")
	require.EqualValues(t, 1, s.Totals["readyReplicas"])
	require.EqualValues(t, 1, s.Clusters[0].Counts["readyReplicas"], "what was seen last is told beside its name")

	b.Members.Put(member)
	b.Until("it has caught up", func() bool {
		s := b.Status(deployments, "web")
		return s.Clusters[0].Status == "" && s.Totals["replicas"] == 1
	})
}

// TestADefinitionThatPrunesCostsNothingAtRest: one that KubeFed made has no room
// for how copies fare.
func TestADefinitionThatPrunesCostsNothingAtRest(t *testing.T) {
	b := newJudged(t, plain)
	heal(b, 0, "web")
	heal(b, 1, "web")
	b.UntilReady(deployments, "web")
	s := b.Status(deployments, "web")
	require.Empty(t, s.Clusters[0].Health)
	require.Nil(t, s.Worst)
	b.Quiet()
	require.Empty(t, b.During(3*time.Second).Only(budget.Request.Write))
	require.Equal(t, s, b.Status(deployments, "web"))
}

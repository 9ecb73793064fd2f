package status_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

func ok(name federation.ClusterName) status.Observation { return status.Observation{Cluster: name} }

func failed(name federation.ClusterName, message string) status.Observation {
	return status.Observation{Cluster: name, State: status.CreationFailed, Message: message}
}

func leaving(name federation.ClusterName) status.Observation {
	return status.Observation{Cluster: name, State: status.WaitingForRemoval}
}

func TestConditions(t *testing.T) {
	problem := func(reason string) status.Problem {
		return status.Problem{Reason: reason, Message: "because of " + reason}
	}
	condition := func(kind, value, reason, message string) status.Condition {
		return status.Condition{Type: kind, Status: value, Reason: reason, Message: message}
	}
	propagation := func(value, reason, message string) status.Condition {
		return condition("Propagation", value, reason, message)
	}
	ready := func(value, reason, message string) status.Condition {
		return condition("Ready", value, reason, message)
	}
	const (
		both   = "2 of 2 clusters hold what they should"
		one    = "1 of 2 clusters hold what they should; b: CreationFailed: quota exceeded"
		leaves = "1 of 2 clusters hold what they should; b: WaitingForRemoval"
		none   = "no cluster is selected, and none has a copy"
	)
	applied := func(value, reason, message string) status.Condition {
		return condition("Applied", value, reason, message)
	}
	unplaced := func(reason string) status.Condition {
		return condition("Scheduled", "False", reason, "because of "+reason)
	}
	placed := condition("Scheduled", "True", "Placed", "it is placed as asked")
	unjudged := condition("Available", "True", "NotJudged", "nobody judges how the copies fare")
	fine := []status.Observation{ok("a"), ok("b")}
	bad := []status.Observation{ok("a"), failed("b", "quota exceeded")}
	for name, c := range map[string]struct {
		facts                                  status.Facts
		propagation, ready, scheduled, applied status.Condition
	}{
		"every cluster is fine": {
			status.Facts{Observations: fine},
			propagation("True", "", both), ready("True", "AllClusters", both),
			placed, applied("True", "AllClusters", both),
		},
		"one cluster is in trouble": {
			status.Facts{Observations: bad},
			propagation("False", "CheckClusters", one), ready("False", "CheckClusters", one),
			placed, applied("False", "CheckClusters", one),
		},
		"a copy that leaves is trouble": {
			status.Facts{Observations: []status.Observation{ok("a"), leaving("b")}},
			propagation("False", "CheckClusters", leaves), ready("False", "CheckClusters", leaves),
			placed, applied("False", "CheckClusters", leaves),
		},
		"nothing was asked for": {
			status.Facts{},
			propagation("True", "", none), ready("True", "AllClusters", none),
			placed, applied("True", "AllClusters", none),
		},
		"placement was not computed": {
			status.Facts{Placement: problem("ComputePlacementFailed"), Observations: bad},
			propagation("False", "ComputePlacementFailed", "because of ComputePlacementFailed"), ready("False", "ComputePlacementFailed", "because of ComputePlacementFailed"),
			unplaced("ComputePlacementFailed"), applied("False", "ComputePlacementFailed", "because of ComputePlacementFailed"),
		},
		"members are not known": {
			status.Facts{Placement: problem("ClusterRetrievalFailed"), Observations: fine},
			propagation("False", "ClusterRetrievalFailed", "because of ClusterRetrievalFailed"), ready("False", "ClusterRetrievalFailed", "because of ClusterRetrievalFailed"),
			unplaced("ClusterRetrievalFailed"), applied("False", "ClusterRetrievalFailed", "because of ClusterRetrievalFailed"),
		},
		"namespace is not federated": {
			status.Facts{Placement: problem("NamespaceNotFederated")},
			propagation("False", "NamespaceNotFederated", "because of NamespaceNotFederated"), ready("False", "NamespaceNotFederated", "because of NamespaceNotFederated"),
			unplaced("NamespaceNotFederated"), applied("False", "NamespaceNotFederated", "because of NamespaceNotFederated"),
		},
		"namespace is not federated, and a copy leaves": {
			status.Facts{Placement: problem("NamespaceNotFederated"), Observations: []status.Observation{ok("a"), leaving("b")}},
			propagation("False", "CheckClusters", leaves), ready("False", "NamespaceNotFederated", "because of NamespaceNotFederated"),
			unplaced("NamespaceNotFederated"), applied("False", "CheckClusters", leaves),
		},
		"a name is unknown, the rest is fine": {
			status.Facts{Placement: problem("UnknownCluster"), Observations: fine},
			propagation("True", "", both), ready("False", "UnknownCluster", "because of UnknownCluster"),
			unplaced("UnknownCluster"), applied("True", "AllClusters", both),
		},
		"a rollout explains the clusters that wait for it": {
			status.Facts{Rollout: problem("RolloutInProgress"), Observations: bad},
			propagation("False", "CheckClusters", one), ready("False", "RolloutInProgress", "because of RolloutInProgress"),
			placed, applied("False", "RolloutInProgress", "because of RolloutInProgress"),
		},
		"what a rollout waits for does not hide where the object is not": {
			status.Facts{Placement: problem("UnknownCluster"), Rollout: problem("RolloutInProgress"), Observations: fine},
			propagation("True", "", both), ready("False", "UnknownCluster", "because of UnknownCluster"),
			unplaced("UnknownCluster"), applied("False", "RolloutInProgress", "because of RolloutInProgress"),
		},
		"a name is unknown, and a cluster is in trouble": {
			status.Facts{Placement: problem("UnknownCluster"), Observations: bad},
			propagation("False", "CheckClusters", one), ready("False", "UnknownCluster", "because of UnknownCluster"),
			unplaced("UnknownCluster"), applied("False", "CheckClusters", one),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := status.KubeFed{}.Aggregate(c.facts)
			require.Equal(t, []status.Condition{c.propagation, c.ready, c.scheduled, c.applied, unjudged}, got.Conditions)
		})
	}
}

func TestSummaryIsInNameOrderAndLeavesTheFactsAlone(t *testing.T) {
	remote := map[string]any{"replicas": int64(3)}
	facts := status.Facts{Generation: 7, Observations: []status.Observation{failed("c", "x"), {Cluster: "a", Remote: remote}, ok("b")}}
	got := status.KubeFed{}.Aggregate(facts)
	require.Equal(t, int64(7), got.Generation)
	require.Equal(t, []status.Observation{{Cluster: "a", Remote: remote}, ok("b"), failed("c", "x")}, got.Clusters)
	require.Equal(t, []status.Observation{failed("c", "x"), {Cluster: "a", Remote: remote}, ok("b")}, facts.Observations)
}

func TestEqualFactsGiveEqualSummaries(t *testing.T) {
	var seen []status.Observation
	for i := range 20 {
		seen = append(seen, failed(federation.ClusterName("c"+strconv.Itoa(i)), strconv.Itoa(i)))
	}
	want := status.KubeFed{}.Aggregate(status.Facts{Observations: seen})
	dice := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		shuffled := slices.Clone(seen)
		dice.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.Equal(t, want, status.KubeFed{}.Aggregate(status.Facts{Observations: shuffled}))
	}
}

func TestMessageDescribesTheFirstFewClusters(t *testing.T) {
	got := status.KubeFed{}.Aggregate(status.Facts{Observations: []status.Observation{
		failed("e", "5"), failed("d", "4"), failed("c", "3"), leaving("b"), failed("a", "1"), ok("f"),
	}})
	require.Equal(t, "1 of 6 clusters hold what they should; a: CreationFailed: 1; b: WaitingForRemoval; c: CreationFailed: 3; and 2 more",
		got.Conditions[0].Message)
}

func TestMessagesAreBoundedAndStayText(t *testing.T) {
	long := strings.Repeat("é", 5000)
	var seen []status.Observation
	for i := range 5 {
		seen = append(seen, failed(federation.ClusterName(strings.Repeat("n", 250)+strconv.Itoa(i)), long))
	}
	seen = append(seen, failed("z", "bad \xff byte"))
	for _, facts := range []status.Facts{
		{Observations: seen},
		{Placement: status.Problem{Reason: status.ComputePlacementFailed, Message: long}},
	} {
		got := status.KubeFed{}.Aggregate(facts)
		for _, c := range got.Conditions {
			requireBounded(t, c.Message)
		}
		for _, o := range got.Clusters {
			requireBounded(t, o.Message)
		}
	}
}

func requireBounded(t *testing.T, message string) {
	t.Helper()
	require.LessOrEqual(t, len(message), status.MaxMessage)
	require.True(t, utf8.ValidString(message), "%q", message)
}

func TestShortMessagesAreNotCut(t *testing.T) {
	text := strings.Repeat("x", status.MaxMessage)
	got := status.KubeFed{}.Aggregate(status.Facts{Observations: []status.Observation{failed("a", text), failed("b", text+"x")}})
	require.Equal(t, text, got.Clusters[0].Message)
	require.Equal(t, text[:status.MaxMessage-3]+"…", got.Clusters[1].Message)
}

package status_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// fares is a cluster that holds what it should, whose copy fares like that.
func fares(name federation.ClusterName, health status.Health, message string, counted ...status.Count) status.Observation {
	return status.Observation{Cluster: name, Vitals: status.Vitals{Health: health, Message: message, Counts: counted}}
}

func conditionIn(t *testing.T, s status.Summary, kind string) status.Condition {
	t.Helper()
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c
		}
	}
	require.Fail(t, "no condition", kind)
	return status.Condition{}
}

func TestAvailable(t *testing.T) {
	for name, c := range map[string]struct {
		seen  []status.Observation
		want  status.Condition
		worst status.Worst
	}{
		"nobody judges": {
			seen: []status.Observation{ok("a"), ok("b")},
			want: status.Condition{Status: "True", Reason: "NotJudged", Message: "nobody judges how the copies fare"},
		},
		"all are healthy": {
			seen:  []status.Observation{fares("b", status.Healthy, ""), fares("a", status.Healthy, "")},
			want:  status.Condition{Status: "True", Reason: "AllHealthy", Message: "2 of 2 copies are Healthy"},
			worst: status.Worst{Cluster: "a", Health: status.Healthy},
		},
		"one that nobody judges does not count": {
			seen:  []status.Observation{fares("a", status.Healthy, ""), ok("b")},
			want:  status.Condition{Status: "True", Reason: "AllHealthy", Message: "1 of 1 copies are Healthy"},
			worst: status.Worst{Cluster: "a", Health: status.Healthy},
		},
		"one that is suspended is as it should be": {
			seen:  []status.Observation{fares("a", status.Healthy, ""), fares("b", status.Suspended, "it is paused")},
			want:  status.Condition{Status: "True", Reason: "Suspended", Message: "1 of 2 copies are Healthy, 1 Suspended; b: Suspended: it is paused"},
			worst: status.Worst{Cluster: "b", Health: status.Suspended, Message: "it is paused"},
		},
		"the worst is named": {
			seen: []status.Observation{
				fares("a", status.Progressing, "1 of 2"), fares("c", status.Degraded, "no quota"), fares("b", status.Degraded, "no image"),
				fares("d", status.Healthy, ""), fares("e", status.Unknown, "?"), fares("f", status.Terminating, ""),
			},
			want: status.Condition{Status: "False", Reason: "Degraded",
				Message: "1 of 6 copies are Healthy, 1 Progressing, 1 Terminating, 1 Unknown, 2 Degraded; b: Degraded: no image"},
			worst: status.Worst{Cluster: "b", Health: status.Degraded, Message: "no image"},
		},
		"a word that is not ours is Unknown": {
			seen:  []status.Observation{fares("a", status.Progressing, "1 of 2"), fares("b", "So so", "")},
			want:  status.Condition{Status: "False", Reason: "Unknown", Message: "0 of 2 copies are Healthy, 1 Progressing, 1 Unknown; b: So so"},
			worst: status.Worst{Cluster: "b", Health: "So so"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Type = "Available"
			for _, aggregator := range []status.Aggregator{status.KubeFed{}, status.Plain{}} {
				got := aggregator.Aggregate(status.Facts{Observations: c.seen})
				require.Equal(t, c.worst, got.Worst)
				ready := conditionIn(t, got, "Ready")
				require.Equal(t, c.want.Status, ready.Status)
				if c.want.Status == "False" {
					require.Equal(t, c.want.Reason, ready.Reason)
					require.Equal(t, c.want.Message, ready.Message)
				}
			}
			require.Equal(t, c.want, conditionIn(t, status.KubeFed{}.Aggregate(status.Facts{Observations: c.seen}), "Available"))
		})
	}
}

func TestReadySaysWhatIsWrongFirst(t *testing.T) {
	placement := status.Problem{Reason: "UnknownCluster", Message: "no cluster d"}
	rollout := status.Problem{Reason: status.RolloutInProgress, Message: "1 of 3"}
	ill := fares("a", status.Degraded, "no image")
	for name, c := range map[string]struct {
		facts  status.Facts
		reason string
	}{
		"placement": {status.Facts{Placement: placement, Rollout: rollout, Observations: []status.Observation{ill, failed("b", "no")}}, "UnknownCluster"},
		"a rollout": {status.Facts{Rollout: rollout, Observations: []status.Observation{ill, failed("b", "no")}}, "RolloutInProgress"},
		"clusters":  {status.Facts{Observations: []status.Observation{ill, failed("b", "no")}}, "CheckClusters"},
		"copies":    {status.Facts{Observations: []status.Observation{ill, ok("b")}}, "Degraded"},
	} {
		t.Run(name, func(t *testing.T) {
			ready := conditionIn(t, status.KubeFed{}.Aggregate(c.facts), "Ready")
			require.Equal(t, "False", ready.Status)
			require.Equal(t, c.reason, ready.Reason)
		})
	}
}

func TestHealthIsNoConcernOfPropagation(t *testing.T) {
	got := status.KubeFed{}.Aggregate(status.Facts{Observations: []status.Observation{fares("a", status.Degraded, "no image")}})
	for _, kind := range []string{"Propagation", "Scheduled", "Applied"} {
		require.Equal(t, "True", conditionIn(t, got, kind).Status, kind)
	}
}

func TestTotalsAreSumsByName(t *testing.T) {
	for name, c := range map[string]struct {
		seen []status.Observation
		want []status.Count
	}{
		"nothing": {[]status.Observation{ok("a")}, nil},
		"in the order of the kind": {
			[]status.Observation{
				fares("b", status.Healthy, "", counts("replicas", 3, "readyReplicas", 3)...), ok("c"),
				fares("a", status.Healthy, "", counts("replicas", 2, "readyReplicas", 1)...),
			},
			counts("replicas", 5, "readyReplicas", 4),
		},
		"a name that not all have": {
			[]status.Observation{
				fares("a", status.Healthy, "", counts("x", 1, "z", 1)...), fares("b", status.Healthy, "", counts("w", 1, "x", 1, "y", 1, "z", 1)...),
			},
			counts("w", 1, "x", 2, "y", 1, "z", 2),
		},
		"a cluster that is away and behind has no part in them": {
			[]status.Observation{
				in(status.ClusterNotReady, fares("a", status.Healthy, "", counts("replicas", 15, "readyReplicas", 15)...)),
				fares("b", status.Healthy, "", counts("replicas", 20, "readyReplicas", 20)...),
				in(status.UpdateFailed, fares("c", status.Healthy, "", counts("replicas", 10, "readyReplicas", 9)...)),
			},
			counts("replicas", 30, "readyReplicas", 29),
		},
		"nor when it is the only one": {
			[]status.Observation{in(status.ClusterNotReady, fares("a", status.Healthy, "", counts("replicas", 15)...))}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, status.KubeFed{}.Aggregate(status.Facts{Observations: c.seen}).Totals)
			require.Equal(t, c.want, status.Plain{}.Aggregate(status.Facts{Observations: c.seen}).Totals)
		})
	}
}

// in is the observation in another state.
func in(state status.State, o status.Observation) status.Observation {
	o.State = state
	return o
}

func TestMessagesOfVitalsAreBounded(t *testing.T) {
	long := strings.Repeat("é", 5000)
	got := status.KubeFed{}.Aggregate(status.Facts{Observations: []status.Observation{fares("a", status.Degraded, long)}})
	requireBounded(t, got.Worst.Message)
	requireBounded(t, got.Clusters[0].Vitals.Message)
	for _, c := range got.Conditions {
		requireBounded(t, c.Message)
	}
}

package federated

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// StatusOf is a summary in the form of a federated object's status, without the
// times of its conditions. Its lists are never nil. It shares memory with the summary: change neither.
func StatusOf(s status.Summary) federatedkind.Status {
	out := federatedkind.Status{
		ObservedGeneration: s.Generation, Totals: status.ByName(s.Totals),
		Conditions: make([]federatedkind.Condition, 0, len(s.Conditions)), Clusters: make([]federatedkind.ClusterStatus, 0, len(s.Clusters)),
	}
	for _, c := range s.Conditions {
		out.Conditions = append(out.Conditions, writtenCondition(c, s.Generation))
	}
	for _, c := range s.Clusters {
		out.Clusters = append(out.Clusters, writtenCluster(c))
	}
	if w := s.Worst; w.Health != "" {
		out.Worst = &federatedkind.WorstCluster{Cluster: string(w.Cluster), Health: string(w.Health), Message: w.Message}
	}
	return out
}

// writtenCondition is a condition without its times.
func writtenCondition(c status.Condition, generation int64) federatedkind.Condition {
	return federatedkind.Condition{
		Type: c.Type, Status: metav1.ConditionStatus(c.Status), Reason: c.Reason, Message: c.Message, ObservedGeneration: generation,
	}
}

// writtenCluster is how the object fares in a cluster, as it is stored.
func writtenCluster(o status.Observation) federatedkind.ClusterStatus {
	return federatedkind.ClusterStatus{
		Name: string(o.Cluster), Status: string(o.State), Message: o.Message,
		Health: string(o.Vitals.Health), HealthMessage: o.Vitals.Message,
		ObservedGeneration: o.Vitals.Observed, Counts: status.ByName(o.Vitals.Counts),
		RemoteStatus: o.Remote, Rollout: writtenRollout(o.Rollout),
	}
}

// observationOf is what is stored of a cluster.
func observationOf(c federatedkind.ClusterStatus) status.Observation {
	return status.Observation{
		Cluster: federation.ClusterName(c.Name), State: status.State(c.Status), Message: c.Message,
		Vitals: status.Vitals{
			Health: status.Health(c.Health), Message: c.HealthMessage, Observed: c.ObservedGeneration, Counts: status.CountsOf(c.Counts),
		},
		Remote: c.RemoteStatus, Rollout: readRollout(c.Rollout),
	}
}

// worstOf is what is stored of it.
func worstOf(w *federatedkind.WorstCluster) status.Worst {
	if w == nil {
		return status.Worst{}
	}
	return status.Worst{Cluster: federation.ClusterName(w.Cluster), Health: status.Health(w.Health), Message: w.Message}
}

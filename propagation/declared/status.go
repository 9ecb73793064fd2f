package declared

import (
	"encoding/json"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/declaredkind"
	"github.com/fedrail/fedrail/status"
)

// written is a summary as it is stored, beside the conditions of others. Lists
// are always there, so that a merge replaces them, and what is there no more is
// null.
func written(summary status.Summary, before declaredkind.Status) (map[string]any, error) {
	conditions := append([]metav1.Condition{}, before.Conditions...)
	for _, c := range summary.Conditions {
		meta.SetStatusCondition(&conditions, metav1.Condition{
			Type: c.Type, Status: metav1.ConditionStatus(c.Status), Reason: c.Reason, Message: c.Message,
			ObservedGeneration: summary.Generation,
		})
	}
	clusters := make([]declaredkind.ClusterStatus, 0, len(summary.Clusters))
	for _, c := range summary.Clusters {
		cluster := declaredkind.ClusterStatus{
			Name: string(c.Cluster), Status: string(c.State), Message: c.Message,
			Health: string(c.Vitals.Health), HealthMessage: c.Vitals.Message,
			ObservedGeneration: c.Vitals.Observed, Counts: status.ByName(c.Vitals.Counts),
		}
		if len(c.Remote) > 0 {
			raw, err := json.Marshal(c.Remote)
			if err != nil {
				return nil, fmt.Errorf("encode the status of the copy in cluster %s: %w", c.Cluster, err)
			}
			cluster.Remote = &runtime.RawExtension{Raw: raw}
		}
		if r := c.Rollout; r.Phase != "" {
			cluster.Rollout = &declaredkind.ClusterRollout{Phase: r.Phase, Version: r.Version, Since: metav1.NewTime(r.Since)}
		}
		clusters = append(clusters, cluster)
	}
	return map[string]any{
		"observedGeneration": summary.Generation,
		"conditions":         conditions,
		"clusters":           clusters,
		"totals":             status.TotalsPatch(summary.Totals, before.Totals),
		"worst":              summary.Worst.Patch(),
	}, nil
}

// ours are the conditions that a summary has: Ready alone, if it is not told
// beside KubeFed's condition. The others are words that a kind may have a meaning
// of its own for.
func ours(stored []metav1.Condition) []string {
	if meta.FindStatusCondition(stored, status.Propagation) == nil {
		return []string{status.Ready}
	}
	return []string{status.Propagation, status.Ready, status.Scheduled, status.Applied, status.Available}
}

// summaryOf is the summary that was reported last, among the conditions of
// others. A copy's status that cannot be read counts as none.
func summaryOf(stored declaredkind.Status) status.Summary {
	s := status.Summary{Generation: stored.ObservedGeneration}
	names := ours(stored.Conditions)
	for _, c := range stored.Conditions {
		if slices.Contains(names, c.Type) {
			s.Conditions = append(s.Conditions, status.Condition{
				Type: c.Type, Status: string(c.Status), Reason: c.Reason, Message: c.Message,
			})
		}
	}
	for _, c := range stored.Clusters {
		seen := status.Observation{
			Cluster: federation.ClusterName(c.Name), State: status.State(c.Status), Message: c.Message,
			Vitals: status.Vitals{
				Health: status.Health(c.Health), Message: c.HealthMessage, Observed: c.ObservedGeneration, Counts: status.CountsOf(c.Counts),
			},
		}
		if c.Remote != nil && utiljson.Unmarshal(c.Remote.Raw, &seen.Remote) != nil {
			seen.Remote = nil
		}
		if r := c.Rollout; r != nil {
			seen.Rollout = status.Rollout{Phase: r.Phase, Version: r.Version, Since: r.Since.Time}
		}
		s.Clusters = append(s.Clusters, seen)
	}
	s.Totals = status.CountsOf(stored.Totals)
	if w := stored.Worst; w != nil {
		s.Worst = status.Worst{Cluster: federation.ClusterName(w.Cluster), Health: status.Health(w.Health), Message: w.Message}
	}
	return s
}

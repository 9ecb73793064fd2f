package preference

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// plannerOf is the planner that a preference asks for.
func plannerOf(p v1alpha1.ReplicaSchedulingPreferenceSpec) scheduling.Planner {
	switch p.Planner {
	case v1alpha1.PlannerFair:
		return scheduling.Fair{}
	case v1alpha1.PlannerDynamic:
		return scheduling.Dynamic{}
	case v1alpha1.PlannerOrdered:
		return scheduling.Ordered{}
	case v1alpha1.PlannerAggregated:
		return scheduling.Aggregated{}
	case v1alpha1.PlannerCost:
		return scheduling.Cost{}
	case v1alpha1.PlannerSpread:
		return scheduling.Spread{Levels: levelsOf(p.Spread)}
	}
	return scheduling.KubeFed{}
}

func levelsOf(spread []v1alpha1.SpreadLevel) []scheduling.Level {
	var levels []scheduling.Level
	for _, l := range spread {
		levels = append(levels, scheduling.Level{By: scheduling.Place(l.By), MaxSkew: l.MaxSkew})
	}
	return levels
}

// goesByRoom says of a preference that its planner goes by how many replicas fit: it
// fills one cluster after the other, or gives to each by its room.
func goesByRoom(p v1alpha1.ReplicaSchedulingPreferenceSpec) bool {
	return slices.Contains([]v1alpha1.PlannerName{v1alpha1.PlannerDynamic, v1alpha1.PlannerOrdered, v1alpha1.PlannerAggregated}, p.Planner)
}

// asKubeFed says of a preference that it gets KubeFed's numbers.
func asKubeFed(p v1alpha1.ReplicaSchedulingPreferenceSpec) bool {
	return p.Planner == "" || p.Planner == v1alpha1.PlannerKubeFed
}

// preferencesOf are what is preferred of each cluster.
func preferencesOf(p v1alpha1.ReplicaSchedulingPreferenceSpec) scheduling.Preferences {
	all := scheduling.Preferences{}
	for name, c := range p.Clusters {
		all[federation.ClusterName(name)] = scheduling.Preference{Min: c.MinReplicas, Max: c.MaxReplicas, Weight: c.Weight}
	}
	return all
}

// costIn is the price of a replica in a cluster; 0 when nobody says.
func costIn(p v1alpha1.ReplicaSchedulingPreferenceSpec, cluster federation.ClusterName) int64 {
	own, named := p.Clusters[string(cluster)]
	if !named {
		own = p.Clusters[string(scheduling.Others)]
	}
	return own.Cost
}

// policyOf is what a preference says of failover. The error is a [*trouble].
func policyOf(p v1alpha1.ReplicaSchedulingPreferenceSpec, total int64) (failover.Policy, error) {
	if err := federation.ValidateTolerations("spec.tolerations", p.Tolerations); err != nil {
		return failover.Policy{}, troublef(v1alpha1.InvalidPreference, "%s", err)
	}
	f := p.Failover
	policy := failover.Policy{
		Overflow:         asKubeFed(p),
		UnschedulableFor: seconds(f.UnschedulableSeconds),
		UnhealthyFor:     seconds(f.UnhealthySeconds),
		Return:           returnOf(p),
	}
	if f.MaxMovesPerHour != nil {
		policy.MovesPerHour = int(*f.MaxMovesPerHour)
	}
	if f.Step == nil {
		return policy, nil
	}
	step, err := intstr.GetScaledValueFromIntOrPercent(f.Step, int(total), true)
	if err != nil {
		return policy, troublef(v1alpha1.InvalidPreference, "spec.failover.step: %q is neither a number nor a percentage such as 10%%", f.Step.String())
	}
	policy.Step = max(int64(step), 1)
	return policy, nil
}

// returnOf is whether replicas come back: where they are moved to give each cluster
// its share, they do.
func returnOf(p v1alpha1.ReplicaSchedulingPreferenceSpec) failover.Return {
	switch p.Failover.Return {
	case v1alpha1.ReturnNever:
		return failover.Never
	case v1alpha1.ReturnGradually:
		return failover.Gradually
	case v1alpha1.ReturnAtOnce:
		return failover.AtOnce
	}
	if p.Rebalance {
		return failover.AtOnce
	}
	return failover.Never
}

// seconds is a time of which nil is the default and 0 is at once.
func seconds(n *int64) time.Duration {
	switch {
	case n == nil:
		return 0
	case *n == 0:
		return time.Nanosecond
	}
	return time.Duration(*n) * time.Second
}

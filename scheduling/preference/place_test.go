package preference_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// TestAPreferenceDividesByPlaceAndByCost has two clusters in one zone of a region,
// one in another, and a region that has one cluster in several.
func TestAPreferenceDividesByPlaceAndByCost(t *testing.T) {
	w := federate(t, 0, deployments)
	for name, where := range map[federation.ClusterName][]string{"a": {"eu", "eu-1"}, "b": {"eu", "eu-1"}, "c": {"eu", "eu-2"}, "d": {"us", "us-1", "us-2"}} {
		w.Members.Put(federation.Cluster{Name: name, Ready: true, Region: where[0], Zones: where[1:]})
	}
	one := func(cost int64) fields { return fields{"weight": int64(1), "cost": cost} }
	weights := fields{"a": fields{"weight": int64(4)}, "c": fields{"weight": int64(4)}, "*": fields{"weight": int64(2)}}
	specs := map[string]fields{
		"by-place":  {"planner": "Spread"},
		"by-region": {"planner": "Spread", "spread": []any{fields{"by": "Region"}}, "clusters": weights},
		"by-zone":   {"planner": "Spread", "spread": []any{fields{"by": "Zone"}}, "clusters": weights},
		"by-skew":   {"planner": "Spread", "spread": []any{fields{"by": "Region", "maxSkew": int64(6)}}, "clusters": weights},
		"by-cost":   {"planner": "Cost", "clusters": fields{"a": one(1), "b": one(2), "*": one(4)}},
	}
	want := map[string]by{
		"by-place":  {"a": 3, "b": 3, "c": 6, "d": 12},
		"by-region": {"a": 5, "b": 2, "c": 5, "d": 12}, // 12 over weights of 4, 2 and 4
		"by-zone":   {"a": 5, "b": 3, "c": 8, "d": 8},
		"by-skew":   {"a": 6, "b": 3, "c": 6, "d": 9},
		"by-cost":   {"a": 12, "b": 6, "c": 3, "d": 3},
	}
	w.schedule()
	for name, spec := range specs {
		spec["targetKind"], spec["totalReplicas"] = "FederatedDeployment", int64(24)
		w.deploy(name, nil)
		w.prefer(name, spec)
	}
	for name := range specs {
		require.Equal(t, want[name], planned(w.untilScheduled(name)), name)
		require.Equal(t, want[name], w.told(deployments, name, "/spec/replicas"), name)
	}
}

// TestAPlaceThatHoldsOthersBackIsTold has one of two regions be full.
func TestAPlaceThatHoldsOthersBackIsTold(t *testing.T) {
	w := federate(t, 0, deployments)
	for _, name := range []string{"eu", "us"} {
		w.Members.Put(federation.Cluster{Name: federation.ClusterName(name), Ready: true, Region: name})
	}
	w.deploy("web", nil)
	w.schedule()
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(9), "planner": "Spread", "clusters": fields{
		"eu": fields{"weight": int64(1), "maxReplicas": int64(2)}, "us": fields{"weight": int64(1)}}})
	s := w.untilTold("web", v1alpha1.Scheduled, metav1.ConditionFalse, v1alpha1.Unplaced)
	require.Equal(t, by{"eu": 2, "us": 3}, planned(s))
	require.Equal(t, "4 of 9 replicas find no cluster (eu: its maximum is 2; us: with more, its region or zone would be too far ahead of another)", s.Conditions[0].Message)
}

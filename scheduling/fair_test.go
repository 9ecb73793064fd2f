package scheduling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/schedulingtest"
)

// outcome is what a planner makes of a deal: the numbers, and the reasons of
// those that get another than by weight.
type outcome struct {
	planner  scheduling.Planner
	deal     deal
	why      map[federation.ClusterName]scheduling.Why
	unplaced int64
}

// places are where the clusters are: a region with two zones, and another one.
func places() map[federation.ClusterName][2]string {
	return map[federation.ClusterName][2]string{"A": {"eu", "eu-1"}, "B": {"eu", "eu-2"}, "C": {"eu", "eu-2"}, "D": {"us", "us-1"}}
}

func TestPlans(t *testing.T) {
	type whys = map[federation.ClusterName]scheduling.Why
	fair, three := scheduling.Fair{}, scheduling.Preferences{"A": {Weight: 3}, "B": {Weight: 2}, "C": {Weight: 1}}
	running := by{"A": 10, "B": 10, "C": 10}
	for name, c := range map[string]outcome{
		"shares are rounded to the nearest":          {fair, deal{prefs: even, total: 10, rebalance: true, plan: by{"A": 3, "B": 3, "C": 4}}, nil, 0},
		"fewer replicas leave every cluster":         {fair, deal{prefs: even, total: 10, current: running, plan: by{"A": 3, "B": 3, "C": 4}}, nil, 0},
		"a minimum is part of the share":             {fair, deal{prefs: scheduling.Preferences{"A": {Min: 2, Max: most(6), Weight: 2}, "B": {Min: 4, Max: most(8), Weight: 3}}, total: 10, plan: by{"A": 4, "B": 6}}, nil, 0},
		"a minimum that is more than the share":      {fair, deal{prefs: scheduling.Preferences{"A": {Min: 5, Weight: 1}, "B": {Weight: 9}}, total: 10, plan: by{"A": 5, "B": 5}}, whys{"A": scheduling.AtMinimum}, 0},
		"minimums that are too many":                 {fair, deal{prefs: scheduling.Preferences{"A": {Min: 20}, "B": {Min: 10}}, total: 15, plan: by{"A": 10, "B": 5}}, whys{"A": scheduling.BelowMinimum, "B": scheduling.BelowMinimum}, 0},
		"no cluster is drained that has no weight":   {fair, deal{prefs: scheduling.Preferences{"A": {}, "B": {Weight: 1}}, total: 10, current: by{"A": 6}, plan: by{"A": 6, "B": 4}}, whys{"A": scheduling.Kept}, 0},
		"until it is asked for":                      {fair, deal{prefs: scheduling.Preferences{"A": {}, "B": {Weight: 1}}, total: 10, rebalance: true, current: by{"A": 6}, plan: by{"A": 0, "B": 10}}, whys{"A": scheduling.NoWeight}, 0},
		"what runs stays, what is new evens out":     {fair, deal{prefs: even, total: 30, current: by{"A": 20}, plan: by{"A": 20, "B": 5, "C": 5}}, whys{"A": scheduling.Kept}, 0},
		"what does not fit goes elsewhere":           {fair, deal{prefs: even, total: 30, capacity: by{"A": 2}, plan: by{"A": 2, "B": 14, "C": 14}}, whys{"A": scheduling.AtCapacity}, 0},
		"what fits nowhere is said":                  {fair, deal{prefs: all(scheduling.Preference{Weight: 1, Max: most(2)}), total: 9, plan: by{"A": 2, "B": 2, "C": 2}}, whys{"A": scheduling.AtMaximum, "B": scheduling.AtMaximum, "C": scheduling.AtMaximum}, 3},
		"clusters of no weight take nothing":         {fair, deal{prefs: all(scheduling.Preference{}), total: 9, plan: by{"A": 0, "B": 0}}, whys{"A": scheduling.NoWeight, "B": scheduling.NoWeight}, 9},
		"too little for the lightest":                {fair, deal{prefs: heavy, total: 5, plan: by{"A": 5, "B": 0}}, whys{"B": scheduling.NotNeeded}, 0},
		"by room":                                    {scheduling.Dynamic{}, deal{prefs: even, total: 30, capacity: by{"A": 10, "B": 50}, plan: by{"A": 5, "B": 25, "C": 0}}, whys{"C": scheduling.UnknownCapacity}, 0},
		"by cost":                                    {scheduling.Cost{}, deal{prefs: even, total: 30, cost: by{"A": 1, "B": 2}, plan: by{"A": 20, "B": 10}}, nil, 0},
		"the heaviest first":                         {scheduling.Ordered{}, deal{prefs: three, total: 30, capacity: by{"A": 20}, plan: by{"A": 20, "B": 10, "C": 0}}, whys{"A": scheduling.AtCapacity, "B": scheduling.InOrder, "C": scheduling.NotNeeded}, 0},
		"a burst stays where it went":                {scheduling.Ordered{}, deal{prefs: three, total: 30, current: by{"A": 20, "B": 10}, plan: by{"A": 20, "B": 10, "C": 0}}, whys{"A": scheduling.InOrder, "B": scheduling.Kept, "C": scheduling.NotNeeded}, 0},
		"and comes back when asked to":               {scheduling.Ordered{}, deal{prefs: three, total: 30, rebalance: true, current: by{"A": 20, "B": 10}, plan: by{"A": 30, "B": 0, "C": 0}}, whys{"A": scheduling.InOrder, "B": scheduling.NotNeeded, "C": scheduling.NotNeeded}, 0},
		"the last in the order shrinks first":        {scheduling.Ordered{}, deal{prefs: three, total: 15, current: by{"A": 10, "B": 10}, plan: by{"A": 10, "B": 5, "C": 0}}, whys{"A": scheduling.InOrder, "B": scheduling.Kept, "C": scheduling.NotNeeded}, 0},
		"as few clusters as will do":                 {scheduling.Aggregated{}, deal{prefs: three, total: 30, rebalance: true, capacity: by{"A": 10, "B": 15, "C": 20}, plan: by{"A": 0, "B": 10, "C": 20}}, whys{"A": scheduling.NotNeeded, "B": scheduling.InOrder, "C": scheduling.AtCapacity}, 0},
		"where most run already":                     {scheduling.Aggregated{}, deal{prefs: three, total: 30, current: by{"A": 2, "B": 9}, capacity: by{"A": 50, "B": 50, "C": 50}, plan: by{"A": 2, "B": 28, "C": 0}}, whys{"A": scheduling.Kept, "B": scheduling.InOrder, "C": scheduling.NotNeeded}, 0},
		"fewer leave where the fewest run":           {scheduling.Aggregated{}, deal{prefs: three, total: 9, current: by{"A": 2, "B": 9}, plan: by{"A": 0, "B": 9, "C": 0}}, whys{"A": scheduling.NotNeeded, "B": scheduling.InOrder, "C": scheduling.NotNeeded}, 0},
		"level over regions, then over their zones":  {scheduling.Spread{}, deal{prefs: even, total: 12, place: places(), plan: by{"A": 3, "B": 1, "C": 2, "D": 6}}, nil, 0},
		"by weight, as far as the skew lets":         {scheduling.Spread{Levels: []scheduling.Level{{By: scheduling.Region, MaxSkew: 4}}}, deal{prefs: even, total: 12, place: places(), plan: by{"A": 2, "B": 3, "C": 3, "D": 4}}, nil, 0},
		"a place that is full holds the others back": {scheduling.Spread{}, deal{prefs: even, total: 12, place: places(), capacity: by{"D": 2}, plan: by{"A": 1, "B": 1, "C": 1, "D": 2}}, whys{"A": scheduling.AtSkew, "B": scheduling.AtSkew, "C": scheduling.AtSkew, "D": scheduling.AtCapacity}, 7},
		"a place in which nothing fits does not":     {scheduling.Spread{}, deal{prefs: even, total: 12, place: places(), capacity: by{"D": 0}, plan: by{"A": 6, "B": 3, "C": 3, "D": 0}}, whys{"D": scheduling.AtCapacity}, 0},
		"not what runs holds back, but the skew":     {scheduling.Spread{}, deal{prefs: scheduling.Preferences{scheduling.Others: {Weight: 1}, "D": {Weight: 1, Max: most(2)}}, total: 20, current: by{"A": 10}, place: places(), plan: by{"A": 10, "B": 0, "D": 2}}, whys{"A": scheduling.AtSkew, "B": scheduling.AtSkew, "D": scheduling.AtMaximum}, 8},
		"nor what runs, but that room is unknown":    {scheduling.Dynamic{}, deal{prefs: even, total: 30, current: by{"C": 5}, capacity: by{"A": 10, "B": 10}, plan: by{"A": 10, "B": 10, "C": 5}}, whys{"A": scheduling.AtCapacity, "B": scheduling.AtCapacity, "C": scheduling.UnknownCapacity}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			plan := schedulingtest.Ask(t, c.planner, c.deal.request())
			got, why := by{}, whys{}
			for _, s := range plan.Shares {
				got[s.Cluster] = s.Replicas
				if s.Why != scheduling.ByWeight {
					why[s.Cluster] = s.Why
				}
			}
			if c.why == nil {
				c.why = whys{}
			}
			require.Equal(t, c.deal.plan, got)
			require.Equal(t, c.why, why)
			require.Equal(t, c.unplaced, plan.Unplaced)
		})
	}
}

func TestARequestThatMakesNoSenseIsNamed(t *testing.T) {
	wrong := scheduling.Request{Total: -1, Clusters: []scheduling.Candidate{
		{Name: "A", Current: -2, Want: &scheduling.Preference{Min: 5, Max: most(3), Weight: -1}},
		{Name: "A", Capacity: most(-4)},
	}}
	_, err := scheduling.Fair{}.Plan(t.Context(), wrong)
	require.EqualError(t, err, `plan: clusters: "A" is there twice
total: -1 is not between 0 and 2147483647
cluster "A": current: -2 is not between 0 and 2147483647
cluster "A": weight: -1 is not between 0 and 2147483647
cluster "A": max: 3 is less than min 5
cluster "A": capacity: -4 is not between 0 and 2147483647`)

	_, err = scheduling.Cost{}.Plan(t.Context(), scheduling.Request{Clusters: even.Candidates("A")})
	require.EqualError(t, err, `plan: cluster "A": cost: it is required, more than 0`)
	_, err = scheduling.Spread{Levels: []scheduling.Level{{By: "Rack"}}}.Plan(t.Context(), scheduling.Request{})
	require.EqualError(t, err, `plan: levels[0].by: "Rack" is neither "Region" nor "Zone"`)
}

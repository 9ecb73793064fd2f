package scheduling_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/schedulingtest"
)

// by is a number by cluster.
type by map[federation.ClusterName]int64

// deal is one case of what KubeFed gave, run on its planner.
type deal struct {
	prefs     scheduling.Preferences
	total     int64
	rebalance bool
	current   by
	capacity  by
	cost      by
	place     map[federation.ClusterName][2]string // region and zone
	plan      by                                   // its keys are the clusters
	overflow  by
}

func most(n int64) *int64 { return &n }

// all has that preference for every cluster.
func all(p scheduling.Preference) scheduling.Preferences {
	return scheduling.Preferences{scheduling.Others: p}
}

var (
	even  = all(scheduling.Preference{Weight: 1})
	heavy = scheduling.Preferences{"A": {Weight: 10000}, "B": {Weight: 1}}
	capA  = scheduling.Preferences{"A": {Weight: 10000, Max: most(10)}, "B": {Weight: 1}, "C": {Weight: 1}}
	capC  = scheduling.Preferences{"A": {Weight: 10000, Max: most(10)}, "B": {Weight: 1}, "C": {Weight: 1, Max: most(10)}}
	capD  = scheduling.Preferences{"A": {Weight: 10000, Max: most(10)}, "B": {Weight: 1}, "C": {Weight: 1, Max: most(21)}, "D": {Weight: 1, Max: most(10)}}
	capDE = scheduling.Preferences{"A": {Weight: 10000, Max: most(10)}, "B": {Weight: 1}, "C": {Weight: 1, Max: most(21)}, "D": {Weight: 1, Max: most(10)}, "E": {Weight: 1}}
	oneAB = scheduling.Preferences{"A": {Weight: 1}, "B": {Weight: 1}}
	oneTo = func(w int64) scheduling.Preferences {
		return scheduling.Preferences{"A": {Weight: 1}, "B": {Weight: w}}
	}
)

// tested are the cases that KubeFed tested itself with.
func tested() map[string]deal {
	cases := map[string]deal{
		"50 on three":                 {prefs: even, total: 50, plan: by{"A": 16, "B": 17, "C": 17}},
		"50 on two":                   {prefs: even, total: 50, plan: by{"A": 25, "B": 25}},
		"1 on two":                    {prefs: even, total: 1, plan: by{"A": 0, "B": 1}},
		"1 on four":                   {prefs: even, total: 1, plan: by{"A": 0, "B": 0, "C": 0, "D": 1}},
		"1 on one":                    {prefs: even, total: 1, plan: by{"A": 1}},
		"1 on none":                   {prefs: even, total: 1, plan: by{}},
		"more than its share runs":    {prefs: even, total: 50, current: by{"C": 30}, plan: by{"A": 10, "B": 10, "C": 30}},
		"the same on two":             {prefs: even, total: 50, current: by{"A": 30}, plan: by{"A": 30, "B": 20}},
		"many":                        {prefs: even, total: 500000, current: by{"A": 300000}, plan: by{"A": 300000, "B": 200000}},
		"less than its share runs":    {prefs: even, total: 50, current: by{"A": 10}, plan: by{"A": 25, "B": 25}},
		"more than all run":           {prefs: even, total: 50, current: by{"A": 10, "B": 70}, plan: by{"A": 0, "B": 50}},
		"more than the one run":       {prefs: even, total: 1, current: by{"A": 30}, plan: by{"A": 1, "B": 0}},
		"less than both shares":       {prefs: even, total: 50, current: by{"A": 10, "B": 20}, plan: by{"A": 25, "B": 25}},
		"no room in the third":        {prefs: even, total: 50, rebalance: true, capacity: by{"C": 10}, plan: by{"A": 20, "B": 20, "C": 10}, overflow: by{"C": 7}},
		"no room where the weight is": {prefs: heavy, total: 50, rebalance: true, capacity: by{"B": 10}, plan: by{"B": 10, "C": 0}, overflow: by{"B": 40}},
		"no room in the heavier":      {prefs: oneTo(2), total: 60, rebalance: true, capacity: by{"B": 10}, plan: by{"A": 50, "B": 10, "C": 0}, overflow: by{"B": 30}},
		"less room than the maximum":  {prefs: capD, total: 71, rebalance: true, capacity: by{"C": 10}, plan: by{"A": 10, "B": 41, "C": 10, "D": 10}, overflow: by{"C": 11}},
		"no room in both":             {prefs: oneAB, total: 60, capacity: by{"A": 10, "B": 10}, plan: by{"A": 10, "B": 10, "C": 0}, overflow: by{"A": 20, "B": 20}},
		"room in the lighter":         {prefs: oneTo(5), total: 60, capacity: by{"B": 10}, plan: by{"A": 50, "B": 10, "C": 0}},
		"less room than the minimum":  {prefs: all(scheduling.Preference{Min: 20}), total: 50, capacity: by{"B": 10}, plan: by{"A": 20, "B": 10, "C": 20}},
		"the same with a weight":      {prefs: all(scheduling.Preference{Min: 20, Weight: 1}), total: 60, rebalance: true, capacity: by{"B": 10}, plan: by{"A": 50, "B": 10}, overflow: by{"B": 15}},
		"minimums alone":              {prefs: all(scheduling.Preference{Min: 2}), total: 50, plan: by{"A": 2, "B": 2, "C": 2}},
		"minimums that are too many":  {prefs: all(scheduling.Preference{Min: 20}), total: 50, plan: by{"A": 10, "B": 20, "C": 20}},
		"one minimum takes all":       {prefs: scheduling.Preferences{scheduling.Others: {Min: 20}, "A": {Min: 100, Weight: 1}}, total: 50, plan: by{"A": 50, "B": 0, "C": 0}},
		"minimum, weight and maximum": {prefs: all(scheduling.Preference{Min: 10, Weight: 1, Max: most(12)}), total: 50, plan: by{"A": 12, "B": 12, "C": 12}},
		"maximums alone":              {prefs: all(scheduling.Preference{Weight: 1, Max: most(2)}), total: 50, plan: by{"A": 2, "B": 2, "C": 2}},
		"a maximum without a weight":  {prefs: all(scheduling.Preference{Max: most(2)}), total: 50, plan: by{"A": 0, "B": 0, "C": 0}},
		"one is not wanted":           {prefs: oneTo(2), total: 60, plan: by{"A": 20, "B": 40, "C": 0}},
		"ten thousand to one":         {prefs: heavy, total: 50, plan: by{"A": 50, "B": 0, "C": 0}},
		"the heavy one is not there":  {prefs: heavy, total: 50, plan: by{"B": 50, "C": 0}},
		"the heavy one is full":       {prefs: capA, total: 50, plan: by{"A": 10, "B": 20, "C": 20}},
		"so is another":               {prefs: capC, total: 50, plan: by{"A": 10, "B": 30, "C": 10}},
		"three are full":              {prefs: capD, total: 71, plan: by{"A": 10, "B": 30, "C": 21, "D": 10}},
		"three are full, two are not": {prefs: capDE, total: 91, plan: by{"A": 10, "B": 25, "C": 21, "D": 10, "E": 25}},
	}
	for name, runs := range map[string]int64{"0 runs": 0, "1 runs": 1, "4 run": 4, "5 run": 5, "6 run": 6, "7 run": 7} {
		cases["8 run in the other, "+name] = deal{prefs: even, total: 15, current: by{"A": runs, "B": 8}, plan: by{"A": 7, "B": 8}}
	}
	return cases
}

// observed are others that its planner was run with; some of them are why Fair
// is the better one.
func observed() map[string]deal {
	return map[string]deal{
		"a minimum outranks a maximum":     {prefs: all(scheduling.Preference{Min: 20, Max: most(10), Weight: 1}), total: 50, plan: by{"A": 10, "B": 20, "C": 20}},
		"an entry hides that for all":      {prefs: scheduling.Preferences{scheduling.Others: {Weight: 1}, "A": {}}, total: 10, plan: by{"A": 0, "B": 5, "C": 5}},
		"only one that is not there":       {prefs: scheduling.Preferences{"Z": {Weight: 1}}, total: 10, plan: by{"A": 0, "B": 0, "C": 0}},
		"fewer replicas empty clusters":    {prefs: even, total: 10, current: by{"A": 10, "B": 10, "C": 10}, plan: by{"A": 0, "B": 0, "C": 10}},
		"shares are rounded up":            {prefs: even, total: 10, rebalance: true, current: by{"A": 10, "B": 10, "C": 10}, plan: by{"A": 2, "B": 4, "C": 4}},
		"what runs stays without a weight": {prefs: scheduling.Preferences{"A": {}, "B": {Weight: 1}}, total: 10, current: by{"A": 6}, plan: by{"A": 6, "B": 4, "C": 0}},
		"none at all":                      {prefs: even, total: 0, current: by{"A": 3}, plan: by{"A": 0, "B": 0, "C": 0}},
		"a negative weight":                {prefs: scheduling.Preferences{"A": {Weight: -1}, "B": {Weight: 2}}, total: 10, plan: by{"A": 0, "B": 10}},
		"a negative room":                  {prefs: even, total: 10, rebalance: true, capacity: by{"A": -3}, plan: by{"A": -3, "B": 6, "C": 7}, overflow: by{"A": 3}},
		"a negative maximum":               {prefs: scheduling.Preferences{"A": {Weight: 1, Max: most(-5)}, "B": {Weight: 1}}, total: 10, plan: by{"A": -5, "B": 15}},
		"overflow goes beyond the total":   {prefs: even, total: 30, rebalance: true, capacity: by{"A": 2}, plan: by{"A": 2, "B": 14, "C": 14}, overflow: by{"A": 8}},
		"minimums come before weights":     {prefs: scheduling.Preferences{"A": {Min: 2, Max: most(6), Weight: 2}, "B": {Min: 4, Max: most(8), Weight: 3}}, total: 10, plan: by{"A": 3, "B": 7}},
		"as in its user guide":             {prefs: scheduling.Preferences{"A": {Min: 4, Max: most(6), Weight: 1}, "B": {Min: 4, Max: most(8), Weight: 2}}, total: 9, plan: by{"A": 4, "B": 5, "C": 0}},
	}
}

func (d deal) request() scheduling.Request {
	names := slices.Sorted(maps.Keys(d.plan))
	req := scheduling.Request{Total: d.total, Rebalance: d.rebalance, Clusters: d.prefs.Candidates(names...)}
	for i, c := range req.Clusters {
		req.Clusters[i].Current, req.Clusters[i].Cost = d.current[c.Name], d.cost[c.Name]
		req.Clusters[i].Region, req.Clusters[i].Zone = d.place[c.Name][0], d.place[c.Name][1]
		if room, known := d.capacity[c.Name]; known {
			req.Clusters[i].Capacity = &room
		}
	}
	return req
}

func TestKubeFedPlansAsKubeFedDid(t *testing.T) {
	require.Len(t, tested(), 40)
	cases := tested()
	maps.Copy(cases, observed())
	for name, d := range cases {
		t.Run(name, func(t *testing.T) {
			plan, err := scheduling.KubeFed{}.Plan(t.Context(), d.request())
			require.NoError(t, err)
			got, over := by{}, by{}
			for _, s := range plan.Shares {
				got[s.Cluster] = s.Replicas
				if s.Overflow != 0 {
					over[s.Cluster] = s.Overflow
				}
			}
			require.Equal(t, d.plan, got)
			if d.overflow == nil {
				d.overflow = by{}
			}
			require.Equal(t, d.overflow, over)
		})
	}
}

func TestKubeFedSaysTheSameOfAPlanThatIsCarriedOut(t *testing.T) {
	for name, d := range tested() {
		if len(d.current) > 0 || len(d.capacity) > 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			first, err := scheduling.KubeFed{}.Plan(t.Context(), d.request())
			require.NoError(t, err)
			d.current = by{}
			for _, s := range first.Shares {
				d.current[s.Cluster] = s.Replicas
			}
			again, err := scheduling.KubeFed{}.Plan(t.Context(), d.request())
			require.NoError(t, err)
			require.Equal(t, first, again)
		})
	}
}

// FuzzKubeFed holds KubeFed to what its planner never broke in 300,000 requests, as
// far as it is not the contract of every planner: what runs stays when nobody asks
// for a balance and there are enough, and only a full cluster is asked for more.
func FuzzKubeFed(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, uint64(1))
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		req := wild(rand.New(rand.NewPCG(a, b)))
		plan := schedulingtest.Ask(t, scheduling.KubeFed{}, req)
		if !req.Rebalance && fewestMoves(req) == mustMove(req) {
			require.Equal(t, mustMove(req), moves(req, plan), "what runs is moved unasked: %+v: %+v", req, plan)
		}
		for i, c := range req.Clusters { // both are in name order
			s := plan.Shares[i]
			require.True(t, s.Overflow == 0 || c.Capacity != nil && s.Replicas == *c.Capacity, "%s has room: %+v: %+v", c.Name, req, plan)
			require.True(t, req.Rebalance || s.Overflow <= plan.Unplaced, "%s is asked for what has a place: %+v: %+v", c.Name, req, plan)
		}
	})
}

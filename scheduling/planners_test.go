package scheduling_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/schedulingtest"
)

func planners() map[string]scheduling.Planner {
	return map[string]scheduling.Planner{
		"KubeFed": scheduling.KubeFed{}, "Fair": scheduling.Fair{}, "Dynamic": scheduling.Dynamic{}, "Cost": scheduling.Cost{},
		"Ordered": scheduling.Ordered{}, "Aggregated": scheduling.Aggregated{}, "Spread": scheduling.Spread{},
	}
}

func TestPlannersKeepTheContract(t *testing.T) {
	for name, planner := range planners() {
		t.Run(name, func(t *testing.T) { schedulingtest.Test(t, planner) })
	}
}

// wild is a request as a source of random numbers has it.
func wild(r *rand.Rand) scheduling.Request {
	req := scheduling.Request{Key: "shop/web", Total: r.Int64N(100), Rebalance: r.IntN(2) == 0}
	for i := range r.IntN(7) {
		c := scheduling.Candidate{
			Name: federation.ClusterName(rune('a' + i)), Current: r.Int64N(30), Cost: r.Int64N(9) + 1,
			Region: string(rune('0' + r.IntN(3))), Zone: string(rune('0' + r.IntN(2))),
		}
		if r.IntN(8) > 0 {
			c.Want = &scheduling.Preference{Min: r.Int64N(5), Weight: r.Int64N(5)}
			if r.IntN(3) == 0 {
				c.Want.Max = most(c.Want.Min + r.Int64N(20))
			}
		}
		if r.IntN(3) == 0 {
			c.Capacity = most(r.Int64N(30))
		}
		req.Clusters = append(req.Clusters, c)
	}
	return req
}

// moves are how many running replicas a plan ends.
func moves(req scheduling.Request, plan scheduling.Plan) int64 {
	ended := int64(0)
	for _, c := range req.Clusters {
		for _, s := range plan.Shares {
			if s.Cluster == c.Name {
				ended += max(c.Current-s.Replicas, 0)
			}
		}
	}
	return ended
}

// fewestMoves is how many running replicas must end at the least: those that
// exceed what is allowed, and those that make place for others' minimums or are
// more than the total.
func fewestMoves(req scheduling.Request) int64 {
	stay, needed := int64(0), int64(0)
	for _, c := range req.Clusters {
		runs := min(c.Current, roof(c))
		stay += runs
		if c.Want != nil {
			needed += max(min(c.Want.Min, roof(c)), runs)
		}
	}
	return mustMove(req) + min(max(needed-req.Total, 0), stay)
}

// mustMove is how many running replicas exceed what is allowed where they run.
func mustMove(req scheduling.Request) int64 {
	must := int64(0)
	for _, c := range req.Clusters {
		must += max(c.Current-roof(c), 0)
	}
	return must
}

// roof is how many replicas a cluster may have at the most.
func roof(c scheduling.Candidate) int64 {
	most := int64(1 << 40)
	switch {
	case c.Want == nil:
		return 0
	case c.Want.Max != nil:
		most = *c.Want.Max
	}
	if c.Capacity != nil {
		most = min(most, *c.Capacity)
	}
	return most
}

func FuzzPlanners(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, uint64(0))
	}
	f.Fuzz(func(t *testing.T, a, b uint64) {
		req := wild(rand.New(rand.NewPCG(a, b)))
		more := req
		more.Total++
		for name, planner := range planners() {
			plan := schedulingtest.Ask(t, planner, req)
			if name == "KubeFed" {
				continue // which rounds up, and drains whole clusters
			}
			next, err := planner.Plan(t.Context(), more)
			require.NoError(t, err)
			for i, s := range plan.Shares {
				require.GreaterOrEqual(t, next.Shares[i].Replicas, s.Replicas, "%s: one more takes some away from %s: %+v", name, s.Cluster, req)
			}
			if !req.Rebalance && minimumsFit(req) {
				require.Equal(t, fewestMoves(req), moves(req, plan), "%s moves more than it has to: %+v: %+v", name, req, plan)
			}
		}
	})
}

func minimumsFit(req scheduling.Request) bool {
	least := int64(0)
	for _, c := range req.Clusters {
		if c.Want != nil {
			least += c.Want.Min
		}
	}
	return least <= req.Total
}

func BenchmarkPlan(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	req := scheduling.Request{Key: "shop/web", Total: 100_000}
	for i := range 1000 {
		req.Clusters = append(req.Clusters, scheduling.Candidate{
			Name: federation.ClusterName("cluster-" + string(rune('a'+i/100)) + string(rune('a'+i/10%10)) + string(rune('a'+i%10))),
			Want: &scheduling.Preference{Weight: r.Int64N(100), Min: r.Int64N(3)}, Current: r.Int64N(200), Capacity: most(r.Int64N(400)),
			Cost: r.Int64N(9) + 1, Region: string(rune('0' + r.IntN(10))), Zone: string(rune('0' + r.IntN(3))),
		})
	}
	for name, planner := range planners() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := planner.Plan(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

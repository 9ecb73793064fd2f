package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/fedrail/fedrail/scheduling"
)

const (
	// planned is how many clusters a plan is made for.
	planned = 1000
	// plans are made in one turn.
	plans = 200
)

// planner is one whose plans are measured.
type planner struct {
	suffix  string // of the figure
	planner scheduling.Planner
}

// plan measures what it takes to divide replicas over a thousand clusters that have
// weights, minimums, room and something that runs there already. A turn makes many
// plans; figures are medians over turns.
func (b bench) plan(ctx context.Context) error {
	req := division()
	b.say("planning for %d clusters, %d plans in each of %d turns", planned, plans, turns*b.rounds)
	for _, p := range []planner{
		{"", scheduling.Fair{}}, {"_kubefed", scheduling.KubeFed{}}, {"_spread", scheduling.Spread{}}, {"_aggregated", scheduling.Aggregated{}},
	} {
		var took, allocated []float64
		for range turns * b.rounds {
			t, n, err := p.turn(ctx, req)
			if err != nil {
				return err
			}
			took, allocated = append(took, t), append(allocated, n)
		}
		if err := b.print("plan_1000"+p.suffix, median(took), "µs/plan"); err != nil {
			return err
		}
		if err := b.print("plan_1000"+p.suffix+"_allocs", median(allocated), "allocations/plan"); err != nil {
			return err
		}
	}
	return nil
}

// turn makes plans, and returns how many µs and allocations each took.
func (p planner) turn(ctx context.Context, req scheduling.Request) (took, allocated float64, err error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range plans {
		if _, err := p.planner.Plan(ctx, req); err != nil {
			return 0, 0, err
		}
	}
	passed := time.Since(began)
	runtime.ReadMemStats(&after)
	return float64(passed.Microseconds()) / plans, float64(after.Mallocs-before.Mallocs) / plans, nil
}

// division is what is to be divided, the same each time.
func division() scheduling.Request {
	r := rand.New(rand.NewPCG(1, 1))
	req := scheduling.Request{Key: "shop/web", Total: 100 * planned}
	for i := range planned {
		room := r.Int64N(400)
		req.Clusters = append(req.Clusters, scheduling.Candidate{
			Name:    member(i),
			Want:    &scheduling.Preference{Weight: r.Int64N(100), Min: r.Int64N(3)},
			Current: r.Int64N(200), Capacity: &room,
			Region: fmt.Sprint("region-", r.IntN(10)), Zone: fmt.Sprint("zone-", r.IntN(3)),
		})
	}
	return req
}

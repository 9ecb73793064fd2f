package scheduling

import (
	"context"
	"errors"
	"fmt"

	"github.com/fedrail/fedrail/federation"
)

// Dynamic divides as [Fair] does, by capacity in the place of weight: each
// cluster is filled to about the same degree. A cluster without a weight, or
// whose capacity is not known, gets its minimum.
type Dynamic struct{}

// Cost divides as [Fair] does, by weight over cost: of two clusters with the same
// weight, one that costs twice as much gets half as many. Each candidate that is
// wanted needs a Cost.
type Cost struct{}

var (
	_ Planner = Dynamic{}
	_ Planner = Cost{}
)

// Plan implements [Planner].
func (Dynamic) Plan(_ context.Context, req Request) (Plan, error) {
	if err := req.validate(); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	unknown := false
	weighed := changedWants(req, func(c Candidate) Preference {
		want := *c.Want
		switch {
		case c.Capacity == nil:
			unknown, want.Weight = true, 0
		case want.Weight > 0:
			want.Weight = *c.Capacity
		}
		return want
	})
	plan := fair().plan(weighed, ranked(weighed), ByWeight)
	if unknown {
		plan.nameUnknown(req)
	}
	return plan, nil
}

// nameUnknown corrects why the clusters of unknown capacity got nothing, or no more
// though some are unplaced.
func (p Plan) nameUnknown(req Request) {
	unknown := map[federation.ClusterName]int64{} // how many they may have
	for _, c := range req.Clusters {
		if c.Want != nil && c.Want.Weight > 0 && c.Capacity == nil {
			unknown[c.Name] = c.room()
		}
	}
	for i, s := range p.Shares {
		room, is := unknown[s.Cluster]
		if is && (s.Why == NoWeight || p.Unplaced > 0 && s.Replicas < room) {
			p.Shares[i].Why, p.Shares[i].Limit = UnknownCapacity, 0
		}
	}
}

// perCost is how finely weight over cost is told apart.
const perCost = 1_000_000

// Plan implements [Planner].
func (Cost) Plan(_ context.Context, req Request) (Plan, error) {
	wrong := []error{req.validate()}
	for _, c := range req.Clusters {
		if c.Want != nil && c.Cost == 0 {
			wrong = append(wrong, fmt.Errorf("cluster %q: cost: it is required, more than 0", c.Name))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	weighed := changedWants(req, func(c Candidate) Preference {
		want := *c.Want
		if want.Weight > 0 {
			want.Weight = max(want.Weight*perCost/c.Cost, 1)
		}
		return want
	})
	return fair().plan(weighed, ranked(weighed), ByWeight), nil
}

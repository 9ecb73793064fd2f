package scheduling

import (
	"context"
	"fmt"
)

// Fair divides by weight, to the nearest replica, within each cluster's minimum,
// maximum and capacity. A minimum is part of a share, not on top of it. Without
// Rebalance no replica is moved that need not be: what is to grow grows where
// there are too few, what is to shrink shrinks where there are too many. One
// replica more takes nothing from any cluster.
//
// Where there are too few for every minimum, they are divided by minimum.
type Fair struct{}

var _ Planner = Fair{}

// fair is by weight, whichever way it goes.
func fair() rule { return rule{all: byWeight, fewer: byWeight} }

// Plan implements [Planner].
func (Fair) Plan(_ context.Context, req Request) (Plan, error) {
	if err := req.validate(); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return fair().plan(req, ranked(req), ByWeight), nil
}

// plan divides over candidates, the first of which come first where they are
// alike. Usual is why a cluster gets what nothing else decided.
func (r rule) plan(req Request, wanted []seat, usual Why) Plan {
	parts := partsOf(wanted)
	why := reasons{req: req, alone: r.all(req.Total, changed(parts, part.bare)), usual: usual}
	return why.plan(wanted, r.settle(req.Total, parts, !req.Rebalance))
}

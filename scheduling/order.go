package scheduling

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Ordered fills the cluster with the largest weight, then the next, and so on,
// each up to its maximum and capacity: what is too much for the first bursts to
// the second. Without Rebalance what runs in a later one stays there, though an
// earlier one has room again.
type Ordered struct{}

// Aggregated fills as few clusters as it can, those with the most room first;
// their weights do not count, but for a cluster that has none and gets no more
// than its minimum. Without Rebalance the clusters in which the most replicas run
// come first, and fewer replicas leave those first in which the fewest do.
type Aggregated struct{}

var (
	_ Planner = Ordered{}
	_ Planner = Aggregated{}
)

// Plan implements [Planner].
func (Ordered) Plan(_ context.Context, req Request) (Plan, error) {
	if err := req.validate(); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return rule{inOrder, inOrder}.plan(req, ranked(req), InOrder), nil
}

// Plan implements [Planner].
func (Aggregated) Plan(_ context.Context, req Request) (Plan, error) {
	if err := req.validate(); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	wanted := ranked(changedWants(req, func(c Candidate) Preference {
		want := *c.Want
		want.Weight = min(want.Weight, 1)
		return want
	}))
	merits := make([]merit, len(wanted))
	for i, c := range wanted {
		merits[i] = merit{c.Current, c.room(), i}
		if req.Rebalance {
			merits[i].first, merits[i].second = c.room(), c.Current
		}
	}
	slices.SortFunc(merits, merit.compare)
	sorted := make([]seat, len(wanted))
	for i, m := range merits {
		sorted[i] = wanted[m.rank]
	}
	return rule{inOrder, inOrder}.plan(req, sorted, InOrder), nil
}

// merit is what decides how early a cluster is filled: the larger the first number,
// or else the second, or else the lower its rank, the earlier.
type merit struct {
	first, second int64
	rank          int
}

func (m merit) compare(other merit) int {
	switch {
	case m.first != other.first:
		return cmp.Compare(other.first, m.first)
	case m.second != other.second:
		return cmp.Compare(other.second, m.second)
	}
	return cmp.Compare(m.rank, other.rank)
}

// changedWants is the request with other preferences for the clusters that are
// wanted.
func changedWants(req Request, change func(Candidate) Preference) Request {
	req.Clusters = slices.Clone(req.Clusters)
	wants := make([]Preference, len(req.Clusters))
	for i, c := range req.Clusters {
		if c.Want != nil {
			wants[i] = change(c)
			req.Clusters[i].Want = &wants[i]
		}
	}
	return req
}

// inOrder gives each part that has a weight all it can take before the next gets
// any.
func inOrder(total int64, parts []part) []int64 {
	shares := make([]int64, len(parts))
	left := total
	for i, p := range parts {
		shares[i] = p.least
		left -= p.least
	}
	for i, p := range parts {
		if p.weight > 0 {
			more := max(min(left, p.most-p.least), 0)
			shares[i] += more
			left -= more
		}
	}
	return shares
}

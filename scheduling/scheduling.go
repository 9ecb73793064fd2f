// Package scheduling divides the replicas of a workload over clusters, and says
// of each cluster why it gets what it gets. It is pure: no client, no clock,
// equal requests get equal plans.
//
//	plan, err := scheduling.Fair{}.Plan(ctx, scheduling.Request{
//		Key:      "shop/web",
//		Total:    30,
//		Clusters: prefs.Candidates("eu", "us", "asia"),
//	})
//
// [Fair] is for those who begin; [KubeFed] gives the numbers that a
// ReplicaSchedulingPreference always gave. Of the others, [Dynamic] goes by room,
// [Ordered] fills one cluster after the other, [Aggregated] takes as few clusters
// as it can, [Spread] keeps regions and zones level, and [Cost] prefers what is
// cheap.
package scheduling

import (
	"context"

	"github.com/fedrail/fedrail/federation"
)

// A Planner divides replicas over clusters. It must not modify the request and
// must give the same answer to the same request, in whatever order its clusters
// are. It may be called concurrently. Each cluster gets its minimum where there are
// enough for all of them. Replicas that fit nowhere are in [Plan.Unplaced], which is
// no error; while there are some, a cluster that has a weight and room gets no more
// only for a reason that says so, such as [AtSkew]. An error means that the request
// itself is wrong, names the field, and that nothing may be changed because of it.
type Planner interface {
	Plan(ctx context.Context, req Request) (Plan, error)
}

// Request is all that a plan is made from.
type Request struct {
	// Key names the workload, as "namespace/name". Where clusters are alike it
	// decides which of them gets the odd replica, so that those of many workloads
	// do not all land in the same one.
	Key string
	// Total is how many replicas there should be in all clusters together.
	Total int64
	// Clusters are those that may get any, each once, in any order.
	Clusters []Candidate
	// Rebalance gives each cluster its share even where that moves replicas which
	// run well elsewhere. Without it they stay where they are: what is more goes to
	// those that have too few, what is less is taken from those that have too many.
	Rebalance bool
}

// Candidate is one cluster, and what there is to know of it.
type Candidate struct {
	Name federation.ClusterName
	// Want is what somebody prefers for the cluster. Nil is that no preference
	// speaks of it: then it gets nothing.
	Want *Preference
	// Current is how many replicas run there now.
	Current int64
	// Capacity is how many can run there, those that do included; nil is that
	// nobody knows, which limits nothing.
	Capacity *int64
	// Region and Zone say where the cluster is, for [Spread]. Those that are empty
	// are one place.
	Region, Zone string
	// Cost is the price of one replica there, in any unit, for [Cost].
	Cost int64
}

// Plan says how many replicas each cluster gets.
type Plan struct {
	// Shares has one entry for each candidate, in name order.
	Shares []Share
	// Unplaced is how many replicas found no cluster, though they may be some
	// cluster's overflow; 0 when all did.
	Unplaced int64
}

// Share is what one cluster gets.
type Share struct {
	Cluster  federation.ClusterName
	Replicas int64
	// Overflow is how many more are asked of the cluster than it is known to have
	// room for, so that they run as soon as there is some. Only [KubeFed] does
	// that. They are not in Replicas.
	Overflow int64
	// Why is what decided; Limit is the number that did, where it was a limit.
	Why   Why
	Limit int64
}

// Replicas are the numbers of a plan alone, by cluster, with overflow.
func (p Plan) Replicas() map[federation.ClusterName]int64 {
	all := make(map[federation.ClusterName]int64, len(p.Shares))
	for _, s := range p.Shares {
		all[s.Cluster] = s.Replicas + s.Overflow
	}
	return all
}

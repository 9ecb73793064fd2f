package placement

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
)

// A Chooser is a [Placer] that need not look at every member, nor say why not of
// each. A controller asks it instead, for there may be many members that an
// object has nothing to do with.
type Chooser interface {
	Placer
	// Choose is Place, but Rejected may lack members as long as something is
	// selected. Names that are asked for and are no member are always in it.
	Choose(ctx context.Context, req Request) (Decision, error)
}

var _ Chooser = Selector{}

// Choose implements [Chooser]. Of a placement that lists names, it looks at
// those members alone.
func (s Selector) Choose(ctx context.Context, req Request) (Decision, error) {
	wishes, err := parseAll(req)
	if err != nil {
		return Decision{}, err
	}
	decision := Decision{Rejected: map[federation.ClusterName]Reason{}}
	consider := func(cluster federation.Cluster) {
		if !s.allows(req, wishes, cluster) {
			return
		}
		if _, rejected := decision.weigh(req, cluster); !rejected {
			decision.Selected = append(decision.Selected, cluster.Name)
		}
	}
	if names := wishes[0].names; names != nil {
		for _, name := range names {
			if cluster, member := req.Members.Get(name); member {
				consider(cluster)
			}
		}
	} else {
		for cluster := range req.Members.All() {
			consider(cluster)
		}
	}
	if len(decision.Selected) == 0 {
		return s.Place(ctx, req) // that needs to be explained
	}
	rejectUnknown(decision.Rejected, req)
	return decision, nil
}

// allows is judge without the reason.
func (s Selector) allows(req Request, wishes []wish, cluster federation.Cluster) bool {
	for _, w := range wishes {
		if !w.includes(cluster) {
			return false
		}
	}
	for _, policy := range s.Policies {
		if _, allowed := policy.Allow(req.Object, cluster); !allowed {
			return false
		}
	}
	return true
}

// includes is admits without the reason.
func (w wish) includes(c federation.Cluster) bool {
	if w.names != nil {
		_, listed := slices.BinarySearch(w.names, c.Name)
		return listed
	}
	return !slices.ContainsFunc(w.selection, func(r labels.Requirement) bool { return !r.Matches(c.Labels) })
}

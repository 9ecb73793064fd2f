package follow

import (
	"context"
	"slices"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// placed is where those who refer to a target are placed, all together. Nobody
// refers to it when referred is false.
func (f *Following) placed(ctx context.Context, t target) (p where, referred bool) {
	f.mu.Lock()
	var all []reference
	for _, who := range f.known.to(t) {
		all = append(all, f.known.byReferrer[who])
	}
	f.mu.Unlock()
	p.clusters = []federation.ClusterName{}
	members := f.Registry.Snapshot()
	for _, r := range all {
		if r.invalid != nil {
			p.unclear = r.invalid
			continue
		}
		req := r.placement
		req.Members = members
		decision, err := f.Placer.Place(ctx, req)
		if err != nil {
			p.unclear = err
		}
		p.clusters = append(p.clusters, decision.Selected...)
		p.awaits = r.awaits
	}
	slices.Sort(p.clusters)
	p.clusters = slices.Compact(p.clusters)
	return p, len(all) > 0
}

// where is where a target should be.
type where struct {
	clusters []federation.ClusterName
	awaits   func(federation.ClusterName) *propagation.Problem
	unclear  error // why that is not known of some who refer to it
}

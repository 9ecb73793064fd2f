package follow

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

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
	for _, r := range all {
		if r.through != nil {
			account, refers := f.placed(ctx, *r.through)
			p.merge(account)
			referred = referred || refers
			continue
		}
		p.merge(f.placedFor(ctx, r, t))
		referred = true
	}
	slices.Sort(p.clusters)
	p.clusters = slices.Compact(p.clusters)
	return p, referred
}

// placedFor is where a target should be for the sake of one who refers to it.
func (f *Following) placedFor(ctx context.Context, r reference, t target) where {
	if r.invalid != nil {
		return where{unclear: r.invalid}
	}
	clusters, err := f.clustersOf(ctx, r)
	there := slices.DeleteFunc(clusters, func(name federation.ClusterName) bool { return !r.is(t, name) })
	return where{clusters: there, awaits: r.awaits, unclear: err}
}

// clustersOf are the members that one who refers to others is placed in.
func (f *Following) clustersOf(ctx context.Context, r reference) ([]federation.ClusterName, error) {
	members := f.Registry.Snapshot()
	clusters, err := r.settled, error(nil)
	if clusters == nil {
		clusters, err = f.expect(ctx, r, members)
	}
	if r.settled == nil && r.stays {
		clusters = append(clusters, r.reported...)
	}
	return slices.DeleteFunc(slices.Clone(clusters), func(name federation.ClusterName) bool {
		_, member := members.Get(name)
		return !member
	}), err
}

// expect is where one who refers to others will be placed, while its own loop did
// not say so yet. It may stay where it is, in spite of any taint.
func (f *Following) expect(ctx context.Context, r reference, members federation.ClusterSet) ([]federation.ClusterName, error) {
	req, now := r.placement, time.Now()
	req.Members, req.Want.Tolerations = members, tolerateAll()
	decision, err := f.Placer.Place(ctx, req)
	return slices.DeleteFunc(slices.Clone(decision.Selected), func(name federation.ClusterName) bool {
		c, _ := members.Get(name)
		v := federation.Tolerate(c.Taints, r.placement.Want.Tolerations)
		return (v.NoMore || v.Due(now)) && !slices.Contains(r.reported, name)
	}), err
}

// tolerateAll tolerates every taint.
func tolerateAll() []corev1.Toleration {
	return []corev1.Toleration{{Operator: corev1.TolerationOpExists}}
}

// where is where a target should be.
type where struct {
	clusters []federation.ClusterName
	awaits   func(federation.ClusterName) *propagation.Problem
	unclear  error // why that is not known of some who refer to it
}

// merge adds where another wants it.
func (p *where) merge(other where) {
	p.clusters = append(p.clusters, other.clusters...)
	if other.awaits != nil {
		p.awaits = other.awaits
	}
	if other.unclear != nil {
		p.unclear = other.unclear
	}
}

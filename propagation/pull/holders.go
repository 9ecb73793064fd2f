package pull

import (
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

var (
	_ propagation.Lister    = (*Propagator)(nil)
	_ propagation.Searcher  = (*Propagator)(nil)
	_ propagation.Estimator = (*Propagator)(nil)
)

// AnswersWithin implements [propagation.Estimator].
func (p *Propagator) AnswersWithin(federation.ClusterName) time.Duration { return p.Patience }

// Holders implements [propagation.Observer]. A member whose agent has not said
// yet that it holds none counts as well.
func (p *Propagator) Holders(key propagation.Key) []federation.ClusterName {
	return p.where(key, func(*object) bool { return true })
}

// HoldersOf are the members that may hold a copy of that parent, in name order:
// their bundles ask for one, or their agents said last that they made one.
func (p *Propagator) HoldersOf(key propagation.Key, parent types.UID) []federation.ClusterName {
	return p.where(key, func(o *object) bool { return o.entry.parent == parent || o.answer.Parent == parent })
}

func (p *Propagator) where(key propagation.Key, is func(*object) bool) []federation.ClusterName {
	p.mu.Lock()
	defer p.mu.Unlock()
	var holders []federation.ClusterName
	for name, m := range p.members {
		if o := m.objects[key]; o != nil && is(o) {
			holders = append(holders, name)
		}
	}
	return sorted(holders)
}

// Copies implements [propagation.Lister]: what a member's bundles name. What the
// agent found to be gone they name no more.
func (p *Propagator) Copies(name federation.ClusterName) ([]propagation.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.readyLocked(name); err != nil {
		return nil, err
	}
	m := p.members[name]
	if m == nil {
		return nil, nil
	}
	return slices.Collect(maps.Keys(m.objects)), nil
}

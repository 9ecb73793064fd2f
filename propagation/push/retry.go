package push

import (
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

var _ propagation.Retrier = (*Propagator)(nil)

// Retry implements [propagation.Retrier]: a fight over the copy is forgotten, so that
// the next correction is made at once.
func (p *Propagator) Retry(name federation.ClusterName, key propagation.Key) {
	p.mu.Lock()
	m := p.members[name]
	p.mu.Unlock()
	if m != nil {
		m.fights.forget(key)
	}
}

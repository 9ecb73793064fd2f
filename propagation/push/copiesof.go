package push

import (
	"maps"
	"slices"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

var (
	_ propagation.Lister   = (*Propagator)(nil)
	_ propagation.Searcher = (*Propagator)(nil)
)

// Copies implements [propagation.Lister]. A member that does not serve the type
// holds none.
func (p *Propagator) Copies(name federation.ClusterName) ([]propagation.Key, error) {
	m, err := p.member(name)
	switch {
	case err == nil:
		return m.records.keys(), nil
	case m != nil && m.serves() != nil:
		return nil, nil
	default:
		return nil, err
	}
}

func (s *records) keys() []propagation.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.byKey))
}

// inherit takes over what was known over an earlier connection, so that what
// differs is told when the copies are listed: there may be another cluster at
// the other end now.
func (s *records) inherit(old *records) {
	old.mu.Lock()
	byKey := maps.Clone(old.byKey)
	old.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replaceLocked(byKey)
}

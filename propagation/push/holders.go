package push

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// holders are which records have one of a key, so that not every member has to
// be asked: there may be many that hold nothing of it.
type holders struct {
	mu    sync.Mutex
	byKey map[propagation.Key][]*records // in no order
}

func newHolders() *holders { return &holders{byKey: map[propagation.Key][]*records{}} }

func (h *holders) add(key propagation.Key, s *records) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.Contains(h.byKey[key], s) {
		h.byKey[key] = append(h.byKey[key], s)
	}
}

func (h *holders) drop(key propagation.Key, s *records) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := slices.DeleteFunc(h.byKey[key], func(other *records) bool { return other == s })
	if len(left) == 0 {
		delete(h.byKey, key)
		return
	}
	h.byKey[key] = left
}

// of are those that have a record of the key, for the caller to keep.
func (h *holders) of(key propagation.Key) []*records {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.byKey[key])
}

// putLocked keeps a record.
func (s *records) putLocked(key propagation.Key, r record) {
	if _, held := s.byKey[key]; !held && !s.retired {
		s.holders.add(key, s)
	}
	s.byKey[key] = r
}

// dropLocked forgets one.
func (s *records) dropLocked(key propagation.Key) {
	delete(s.byKey, key)
	s.holders.drop(key, s)
}

// replaceLocked keeps these records, and no others.
func (s *records) replaceLocked(all map[propagation.Key]record) {
	before := s.byKey
	s.byKey = all
	for key := range before {
		if _, still := all[key]; !still {
			s.holders.drop(key, s)
		}
	}
	for key := range all {
		if _, already := before[key]; !already && !s.retired {
			s.holders.add(key, s)
		}
	}
}

// retire has nobody find these records any more.
func (s *records) retire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = true
	for key := range s.byKey {
		s.holders.drop(key, s)
	}
}

// Holders implements [propagation.Observer].
func (p *Propagator) Holders(key propagation.Key) []federation.ClusterName {
	return p.holdersOf(key, func(record) bool { return true })
}

// HoldersOf are the clusters in which a copy of that parent was last seen, in
// name order.
func (p *Propagator) HoldersOf(key propagation.Key, parent types.UID) []federation.ClusterName {
	return p.holdersOf(key, func(r record) bool { return r.parent == parent })
}

// holdersOf are the members that have such a record of the key. What is known of
// a member over an earlier connection does not count.
func (p *Propagator) holdersOf(key propagation.Key, counts func(record) bool) []federation.ClusterName {
	var names []federation.ClusterName
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.holders.of(key) {
		m := p.members[s.member]
		if m == nil || m.records != s {
			continue
		}
		if r, held := s.get(key); held && counts(r) {
			names = append(names, s.member)
		}
	}
	return sorted(names)
}

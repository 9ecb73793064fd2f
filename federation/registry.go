package federation

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// Registry tells which clusters are members. It is safe for concurrent use.
//
// A member that is missing from a snapshot has left the federation. So a
// Registry that learns its members elsewhere yields nothing until it knows them
// all, and one that loses its source keeps the last snapshot: silence is not an
// empty federation.
type Registry interface {
	// Snapshot returns the members known now. It never blocks. Before the
	// members are known for the first time it is empty.
	Snapshot() ClusterSet
	// Watch yields a snapshot as soon as the members are known, then the newest
	// one after each change. Some may be skipped, none comes out of order. It
	// ends when ctx does.
	Watch(ctx context.Context) iter.Seq[ClusterSet]
}

// Members is a [Registry] in memory, changed by its caller. The zero Members is
// not ready for use: make one with [NewMembers].
type Members struct {
	mu      sync.Mutex
	known   ClusterSet
	filled  bool
	changed chan struct{} // closed and replaced at each change
}

var _ Registry = (*Members)(nil)

// NewMembers makes a registry that knows these clusters; with none it knows
// that the federation is empty.
func NewMembers(clusters ...Cluster) *Members {
	m := Unknown()
	m.Replace(NewClusterSet(clusters...))
	return m
}

// Unknown makes a registry that does not know its members yet. Its Watch yields
// nothing before the first change. Registries that learn their members
// elsewhere build on it.
func Unknown() *Members {
	return &Members{changed: make(chan struct{})}
}

// Replace makes set the members.
func (m *Members) Replace(set ClusterSet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.replaceLocked(set)
}

// Put adds a member, or takes the place of the one with its name.
func (m *Members) Put(c Cluster) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.replaceLocked(NewClusterSet(append(slices.Clone(m.known.members), c)...))
}

// Remove takes a member out. To remove one that is not there changes nothing.
func (m *Members) Remove(name ClusterName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(m.known.members), func(c Cluster) bool { return c.Name == name })
	if len(left) != m.known.Len() {
		m.replaceLocked(ClusterSet{members: left})
	}
}

func (m *Members) replaceLocked(set ClusterSet) {
	m.known, m.filled = set, true
	close(m.changed)
	m.changed = make(chan struct{})
}

// Snapshot implements [Registry].
func (m *Members) Snapshot() ClusterSet {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known
}

// Watch implements [Registry].
func (m *Members) Watch(ctx context.Context) iter.Seq[ClusterSet] {
	return func(yield func(ClusterSet) bool) {
		for ctx.Err() == nil {
			m.mu.Lock()
			set, filled, changed := m.known, m.filled, m.changed
			m.mu.Unlock()
			if filled && !yield(set) {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

package federation

import (
	"context"
	"iter"
	"reflect"
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

// Members is a [Registry] in memory, changed by its caller. What changes nothing
// wakes nobody. The zero Members is not ready for use: make one with
// [NewMembers].
type Members struct {
	mu       sync.Mutex
	known    ClusterSet
	complete bool
	changed  chan struct{} // closed and replaced at each change
}

var _ Registry = (*Members)(nil)

// NewMembers makes a registry that knows these clusters; with none it knows
// that the federation is empty.
func NewMembers(clusters ...Cluster) *Members {
	m := Unknown()
	m.Replace(NewClusterSet(clusters...))
	return m
}

// Unknown makes a registry that does not know its members yet. Nothing is seen
// of those that are put until Complete or Replace is called. Registries that
// learn their members elsewhere build on it.
func Unknown() *Members {
	return &Members{changed: make(chan struct{})}
}

// Replace makes set the members, and all of them.
func (m *Members) Replace(set ClusterSet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.complete && reflect.DeepEqual(m.known, set) {
		return
	}
	m.complete = true
	m.setLocked(set)
}

// Complete says that all members were put: they are known from now on.
func (m *Members) Complete() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.complete {
		m.complete = true
		m.setLocked(m.known)
	}
}

// Put adds a member, or takes the place of the one with its name.
func (m *Members) Put(c Cluster) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before, there := m.known.Get(c.Name); !there || !reflect.DeepEqual(before, c) {
		m.setLocked(NewClusterSet(append(slices.Clone(m.known.members), c)...))
	}
}

// Remove takes a member out. To remove one that is not there changes nothing.
func (m *Members) Remove(name ClusterName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(m.known.members), func(c Cluster) bool { return c.Name == name })
	if len(left) != m.known.Len() {
		m.setLocked(ClusterSet{members: left})
	}
}

func (m *Members) setLocked(set ClusterSet) {
	m.known = set
	close(m.changed)
	m.changed = make(chan struct{})
}

// now are the members if they are known, else none, and what is closed when that
// changes.
func (m *Members) now() (set ClusterSet, complete bool, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.complete {
		return ClusterSet{}, false, m.changed
	}
	return m.known, true, m.changed
}

// Snapshot implements [Registry].
func (m *Members) Snapshot() ClusterSet {
	set, _, _ := m.now()
	return set
}

// Watch implements [Registry].
func (m *Members) Watch(ctx context.Context) iter.Seq[ClusterSet] {
	return func(yield func(ClusterSet) bool) {
		for ctx.Err() == nil {
			set, complete, changed := m.now()
			if complete && !yield(set) {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

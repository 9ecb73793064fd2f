package propagation

import (
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
)

// leftovers are the Remains that are kept, and how far their removal is.
type leftovers struct {
	mu    sync.Mutex
	byKey map[Key][]*leftover // the oldest first
}

// leftover is what one declaration left behind.
type leftover struct {
	Remains
	in map[federation.ClusterName]bool // clusters that were not seen to hold no copy of it
}

// add takes over Remains, and says whether those of their parent are new.
func (s *leftovers) add(r Remains) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[Key][]*leftover{}
	}
	for _, l := range s.byKey[r.Key] {
		if l.Removal.Parent == r.Removal.Parent {
			l.in = setOf(r.Clusters)
			return false
		}
	}
	s.byKey[r.Key] = append(s.byKey[r.Key], &leftover{Remains: r, in: setOf(r.Clusters)})
	return true
}

func setOf(names []federation.ClusterName) map[federation.ClusterName]bool {
	set := make(map[federation.ClusterName]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// any says whether there are Remains of that name.
func (s *leftovers) any(key Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byKey[key]) > 0
}

// clusters are those that may hold a copy still.
func (s *leftovers) clusters(key Key) []federation.ClusterName {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []federation.ClusterName
	for _, l := range s.byKey[key] {
		names = slices.AppendSeq(names, maps.Keys(l.in))
	}
	return names
}

// removals say how the copies are removed, one for each former declaration.
func (s *leftovers) removals(key Key) []Removal {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Removal, len(s.byKey[key]))
	for i, l := range s.byKey[key] {
		all[i] = l.Removal
	}
	return all
}

// clear notes that a cluster holds no copy of these any more.
func (s *leftovers) clear(key Key, name federation.ClusterName, of []Removal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.byKey[key] {
		if slices.ContainsFunc(of, func(how Removal) bool { return how.Parent == l.Removal.Parent }) {
			delete(l.in, name)
		}
	}
}

// keepIn forgets the clusters that are no members.
func (s *leftovers) keepIn(key Key, members federation.ClusterSet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.byKey[key] {
		maps.DeleteFunc(l.in, func(name federation.ClusterName, _ bool) bool {
			_, member := members.Get(name)
			return !member
		})
	}
}

// done are the Remains of which no copy is left.
func (s *leftovers) done(key Key) []Remains {
	s.mu.Lock()
	defer s.mu.Unlock()
	var done []Remains
	for _, l := range s.byKey[key] {
		if len(l.in) == 0 {
			done = append(done, l.Remains)
		}
	}
	return done
}

func (s *leftovers) forget(key Key, parent types.UID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := slices.DeleteFunc(s.byKey[key], func(l *leftover) bool { return l.Removal.Parent == parent })
	if len(left) == 0 {
		delete(s.byKey, key)
		return
	}
	s.byKey[key] = left
}

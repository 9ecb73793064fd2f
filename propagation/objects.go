package propagation

import (
	"maps"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
)

// objects are the objects that are being carried, by key.
type objects struct {
	mu    sync.Mutex
	byKey map[Key]*object
}

// get returns the object of that key, made if need be.
func (s *objects) get(k Key) *object {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[Key]*object{}
	}
	o, known := s.byKey[k]
	if !known {
		o = &object{tasks: map[federation.ClusterName]*task{}}
		s.byKey[k] = o
	}
	return o
}

// find returns the object of that key, or nil.
func (s *objects) find(k Key) *object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byKey[k]
}

func (s *objects) forget(k Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, k)
}

// retire forgets the object of that key, unless it is declared by now: by another
// parent, or anew by one whose declarations come and go.
func (s *objects) retire(k Key, parent types.UID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.byKey[k]; o != nil && o.isDeletingOf(parent) {
		delete(s.byKey, k)
	}
}

// each calls do with every object, without holding the lock.
func (s *objects) each(do func(Key, *object)) {
	s.mu.Lock()
	all := maps.Clone(s.byKey)
	s.mu.Unlock()
	for k, o := range all {
		do(k, o)
	}
}

// stir notes that there is news of a copy, so that the cluster's task goes to the
// queue again. Without such a task it returns false.
func (s *objects) stir(k Key, name federation.ClusterName) bool {
	o := s.find(k)
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	if t == nil {
		return false
	}
	t.begun, t.stale = time.Time{}, true
	return true
}

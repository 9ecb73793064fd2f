package propagation

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// maxReleased is how many releases are remembered.
const maxReleased = 10_000

// released remembers which declarations were let go of last. A write to a
// member that had timed out may be carried out after all that: the copy it
// leaves has a parent that is known to be deleted, so it is ours to remove.
type released struct {
	mu     sync.Mutex
	parent map[Key]types.UID
	order  []Key // the oldest first
}

func (r *released) add(key Key, parent types.UID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.parent == nil {
		r.parent = map[Key]types.UID{}
	}
	if _, again := r.parent[key]; !again {
		r.order = append(r.order, key)
	}
	r.parent[key] = parent
	if len(r.order) > maxReleased {
		delete(r.parent, r.order[0])
		r.order = r.order[1:]
	}
}

// is says whether that very declaration was let go of.
func (r *released) is(in Intent) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	parent, known := r.parent[in.Key]
	return known && parent == in.Parent
}

// parentOf is the parent of the last declaration of that name that was let go
// of; empty when none was.
func (r *released) parentOf(key Key) types.UID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.parent[key]
}

// stray is the intent that no copy be left of a declaration that was let go of;
// false when none was.
func (r *released) stray(key Key) (Intent, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	parent, known := r.parent[key]
	return Intent{Key: key, Parent: parent, Deleting: true, Held: true}, known
}

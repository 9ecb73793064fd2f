package propagation

import "sync"

// maxReleased is how many releases are remembered.
const maxReleased = 10_000

// released remembers which declarations were let go of last, and how their
// copies were to be removed. A write to a member that had timed out may be
// carried out after all that: the copy it leaves has a parent that is known to
// be deleted, so it is ours to remove in the same way.
type released struct {
	mu    sync.Mutex
	last  map[Key]Removal
	order []Key // the oldest first
}

func (r *released) add(in Intent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = map[Key]Removal{}
	}
	if _, again := r.last[in.Key]; !again {
		r.order = append(r.order, in.Key)
	}
	how := in.Removal
	how.Parent = in.Parent
	r.last[in.Key] = how
	if len(r.order) > maxReleased {
		delete(r.last, r.order[0])
		r.order = r.order[1:]
	}
}

// is says whether that very declaration was let go of.
func (r *released) is(in Intent) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	how, known := r.last[in.Key]
	return known && how.Parent == in.Parent
}

// removal is how the copies of the last declaration of that name that was let go
// of are removed; false when none was.
func (r *released) removal(key Key) (Removal, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	how, known := r.last[key]
	return how, known
}

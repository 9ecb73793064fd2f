package exposure

import (
	"maps"
	"slices"

	"github.com/fedrail/fedrail/federation"
)

// Following is what somebody wants to know.
type Following struct {
	Subject Subject
	// Clusters are where; those that are no members are watched once they are.
	Clusters []federation.ClusterName
	// Endpoints says that it matters how many endpoints of a Service are ready.
	Endpoints bool
}

// needs are the resources that have to be watched: that of the objects of the kind,
// then that of what is behind them.
func (f Following) needs() []resource {
	if f.Endpoints && f.Subject.Kind == Service {
		return []resource{services, endpointSlices}
	}
	return []resource{resourceOf(f.Subject.Kind)}
}

// equal says whether two say the same.
func (f Following) equal(other Following) bool {
	return f.Subject == other.Subject && f.Endpoints == other.Endpoints && slices.Equal(f.Clusters, other.Clusters)
}

// Follow has what somebody wants to know watched, until Release or until Follow is
// called again for the key, which says it anew. It may be called before Start, and
// costs nothing when it says what it said before.
func (w *Watcher) Follow(key string, what Following) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.followed[key]
	if known && before.equal(what) {
		return
	}
	what.Clusters = slices.Clone(what.Clusters)
	more := w.countLocked(what, 1) // first, so that what is watched already stays so
	less := w.forgetLocked(key)
	w.followed[key] = what
	if w.by[what.Subject] == nil {
		w.by[what.Subject] = map[string]bool{}
	}
	w.by[what.Subject][key] = true
	if more || less {
		w.again()
	}
}

// Release ends what Follow began for the key. Nothing is watched on that nobody
// else follows.
func (w *Watcher) Release(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.forgetLocked(key) {
		w.again()
	}
}

// forgetLocked says whether something else is to be watched now.
func (w *Watcher) forgetLocked(key string) (less bool) {
	before, known := w.followed[key]
	if !known {
		return false
	}
	delete(w.followed, key)
	if delete(w.by[before.Subject], key); len(w.by[before.Subject]) == 0 {
		delete(w.by, before.Subject)
	}
	return w.countLocked(before, -1)
}

// countLocked counts what is needed in, or out when n is -1, and says whether
// something else is to be watched now.
func (w *Watcher) countLocked(f Following, n int) (changed bool) {
	for _, name := range f.Clusters {
		of := w.wants[name]
		if of == nil {
			of = map[resource]int{}
			w.wants[name] = of
		}
		for _, r := range f.needs() {
			before := of[r]
			if of[r] += n; of[r] == 0 {
				delete(of, r)
			}
			changed = changed || before == 0 || of[r] == 0
		}
		if len(of) == 0 {
			delete(w.wants, name)
		}
	}
	return changed
}

// again has it looked at again what is to be watched.
func (w *Watcher) again() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// wanted is what is to be watched in each cluster.
func (w *Watcher) wanted() map[federation.ClusterName]map[resource]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[federation.ClusterName]map[resource]int, len(w.wants))
	for name, of := range w.wants {
		all[name] = maps.Clone(of)
	}
	return all
}

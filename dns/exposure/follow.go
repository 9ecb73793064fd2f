package exposure

import (
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

// Follow has what somebody wants to know watched, until Release or until Follow is
// called again for the key, which says it anew. It may be called before Start, and
// costs nothing when it says what it said before.
func (w *Watcher) Follow(key string, what Following) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.followed[key]
	if known && before.Subject == what.Subject && before.Endpoints == what.Endpoints && slices.Equal(before.Clusters, what.Clusters) {
		return
	}
	w.forgetLocked(key)
	what.Clusters = slices.Clone(what.Clusters)
	w.followed[key] = what
	if w.by[what.Subject] == nil {
		w.by[what.Subject] = map[string]bool{}
	}
	w.by[what.Subject][key] = true
	w.again()
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

func (w *Watcher) forgetLocked(key string) (known bool) {
	before, known := w.followed[key]
	if known {
		delete(w.followed, key)
		if delete(w.by[before.Subject], key); len(w.by[before.Subject]) == 0 {
			delete(w.by, before.Subject)
		}
	}
	return known
}

// again has it looked at again what is to be watched.
func (w *Watcher) again() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// follows says whether anybody wants to know of a subject in a cluster.
func (w *Watcher) follows(cluster federation.ClusterName, s Subject) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key := range w.by[s] {
		if slices.Contains(w.followed[key].Clusters, cluster) {
			return true
		}
	}
	return false
}

// followedIn are the subjects that anybody wants to know of in a cluster.
func (w *Watcher) followedIn(cluster federation.ClusterName) []Subject {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Subject
	for _, f := range w.followed {
		if slices.Contains(f.Clusters, cluster) {
			all = append(all, f.Subject)
		}
	}
	return all
}

// wanted are the kinds of objects that are to be watched in each cluster.
func (w *Watcher) wanted() map[federation.ClusterName]map[resource]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[federation.ClusterName]map[resource]bool{}
	for _, f := range w.followed {
		for _, name := range f.Clusters {
			if all[name] == nil {
				all[name] = map[resource]bool{}
			}
			all[name][resourceOf(f.Subject.Kind)] = true
			if f.Endpoints && f.Subject.Kind == Service {
				all[name][endpointSlices] = true
			}
		}
	}
	return all
}

package exposure

import (
	"slices"

	"github.com/fedrail/fedrail/federation"
)

// followsLocked says whether anybody wants to know of a subject what a resource of a
// cluster tells.
func (w *Watcher) followsLocked(cluster federation.ClusterName, s Subject, r resource) bool {
	for key := range w.by[s] {
		if f := w.followed[key]; slices.Contains(f.needs(), r) && slices.Contains(f.Clusters, cluster) {
			return true
		}
	}
	return false
}

// follows is followsLocked for whoever does not hold the lock.
func (w *Watcher) follows(cluster federation.ClusterName, s Subject, r resource) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.followsLocked(cluster, s, r)
}

// followedIn are the subjects of which anybody wants to know what resources of a
// cluster tell.
func (w *Watcher) followedIn(cluster federation.ClusterName, of ...resource) []Subject {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Subject
	for s := range w.by {
		if slices.ContainsFunc(of, func(r resource) bool { return w.followsLocked(cluster, s, r) }) {
			all = append(all, s)
		}
	}
	return all
}

// tell tells of those subjects of which anybody wants to know what a resource of a
// cluster tells. It calls nobody with the lock held.
func (w *Watcher) tell(cluster federation.ClusterName, r resource, changed []Subject) {
	for _, s := range changed {
		if w.follows(cluster, s, r) {
			w.Changed(cluster, s)
		}
	}
}

// tellOfAll tells of all subjects of which anybody wants to know what resources of a
// cluster tell.
func (w *Watcher) tellOfAll(cluster federation.ClusterName, of ...resource) {
	for _, s := range w.followedIn(cluster, of...) {
		w.Changed(cluster, s)
	}
}

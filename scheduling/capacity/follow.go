package capacity

import (
	"slices"

	"github.com/fedrail/fedrail/federation"
)

// Following is what somebody wants to know.
type Following struct {
	// Namespace is where the pods are that matter.
	Namespace string
	// Clusters are where; those that are no members are watched once they are.
	Clusters []federation.ClusterName
	// Nodes says that the room on the nodes of these clusters matters, too.
	Nodes bool
}

// Follow has what somebody wants to know watched, until Release or until Follow is
// called again for the key, which says it anew. It may be called before Start, and
// costs nothing when it says what it said before.
func (w *Watcher) Follow(key string, what Following) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.followed[key]
	if known && before.Namespace == what.Namespace && before.Nodes == what.Nodes && slices.Equal(before.Clusters, what.Clusters) {
		return
	}
	what.Clusters = slices.Clone(what.Clusters)
	w.followed[key] = what
	w.again()
}

// Release ends what Follow began for the key. Nothing is watched on that nobody
// else follows.
func (w *Watcher) Release(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.followed[key]; known {
		delete(w.followed, key)
		w.again()
	}
}

// again has it looked at again what is to be watched.
func (w *Watcher) again() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// wants is what is to be known of one cluster.
type wants struct {
	namespaces map[string]bool
	nodes      bool
}

// wanted is what is to be known of each cluster.
func (w *Watcher) wanted() map[federation.ClusterName]wants {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[federation.ClusterName]wants{}
	for _, f := range w.followed {
		for _, name := range f.Clusters {
			one, known := all[name]
			if !known {
				one.namespaces = map[string]bool{}
			}
			one.namespaces[f.Namespace] = true
			one.nodes = one.nodes || f.Nodes
			all[name] = one
		}
	}
	return all
}

// includes says whether it is about a cluster.
func (f Following) includes(cluster federation.ClusterName) bool {
	return slices.Contains(f.Clusters, cluster)
}

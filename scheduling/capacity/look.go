package capacity

import (
	"context"
	"fmt"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/watching"
)

// Look says what the pods of a workload do in a cluster, as they were last seen: a
// pod for which no node has been found for unschedulableFor, at the time now,
// counts as unschedulable. An error says, for people, why that is not known. A
// cluster that does not answer any more is known as it was.
func (w *Watcher) Look(cluster federation.ClusterName, of Workload, unschedulableFor time.Duration, now time.Time) (Sight, error) {
	v, err := w.pods(cluster, of.Namespace)
	if err != nil {
		return Sight{}, err
	}
	if err := v.pods.Known(); err != nil {
		return Sight{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.inventory.Look(of, unschedulableFor, now), nil
}

// Room implements [Estimator] from memory, for clusters whose nodes are followed.
func (w *Watcher) Room(_ context.Context, cluster federation.ClusterName, of Workload) (int64, error) {
	v, err := w.nodes(cluster)
	if err != nil {
		return 0, err
	}
	for _, one := range v.watches() {
		if err := one.Known(); err != nil {
			return 0, err
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.inventory.Room(of), nil
}

// pods is the view in which the pods of a namespace are.
func (w *Watcher) pods(cluster federation.ClusterName, namespace string) (*view, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what := watching.Subject{Resource: "pods", Namespace: namespace}
	m := w.members[cluster]
	if m == nil || !m.wants.namespaces[namespace] {
		return nil, w.unknownLocked(cluster, what, func(f Following) bool { return f.Namespace == namespace })
	}
	if m.failure != nil {
		return nil, fmt.Errorf("connect to cluster %s: %w", cluster, m.failure)
	}
	if v := m.spaces[namespace]; v != nil && (m.whole == nil || !m.whole.pods.IsListed()) {
		return v, nil
	}
	return m.whole, nil
}

// nodes is the view in which the nodes of a cluster are.
func (w *Watcher) nodes(cluster federation.ClusterName) (*view, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.members[cluster]
	if m == nil || !m.wants.nodes {
		return nil, w.unknownLocked(cluster, watching.Subject{Resource: "nodes", Whole: true}, func(f Following) bool { return f.Nodes })
	}
	if m.failure != nil {
		return nil, fmt.Errorf("connect to cluster %s: %w", cluster, m.failure)
	}
	return m.whole, nil
}

// unknownLocked says why nothing is watched of a subject that is known to whoever
// is asked about.
func (w *Watcher) unknownLocked(cluster federation.ClusterName, what watching.Subject, is func(Following) bool) error {
	if _, known := w.Clusters.Snapshot().Get(cluster); !known {
		return fmt.Errorf("cluster %s is none whose %s can be watched from here", cluster, what)
	}
	for _, f := range w.followed {
		if is(f) && f.includes(cluster) {
			return fmt.Errorf("%s of cluster %s are not watched yet", what, cluster)
		}
	}
	return fmt.Errorf("%s of cluster %s are not followed", what, cluster)
}

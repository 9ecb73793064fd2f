package exposure

import (
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
)

// ErrNotSeen says that what is asked about is about to be known, and told then.
var ErrNotSeen = errors.New("not seen yet")

// Look says how a subject is exposed in a cluster, as it was last seen. An error
// says, for people, why that is not known; it is an [ErrNotSeen] when it soon will
// be. A cluster that does not answer any more is known as it was.
func (w *Watcher) Look(cluster federation.ClusterName, s Subject) (Exposure, error) {
	if w.Namespace != "" && s.Namespace != w.Namespace {
		return Exposure{}, fmt.Errorf("%s %s/%s: only namespace %q is watched", s.Kind, s.Namespace, s.Name, w.Namespace)
	}
	seen, err := w.seen(cluster, s)
	if err != nil {
		return Exposure{}, err
	}
	for _, v := range seen {
		if err := v.known(); err != nil {
			return Exposure{}, err
		}
	}
	name := types.NamespacedName{Namespace: s.Namespace, Name: s.Name}
	e := seen[0].exposure(name)
	if len(seen) > 1 {
		e.ReadyEndpoints = seen[1].readyEndpoints(name)
	}
	return e, nil
}

// known is an error that says why it is not known what there is, or nil.
func (v *view) known() error {
	w, err := v.watch, v.watch.Known()
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err):
		return fmt.Errorf("cluster %s does not know the kind of %s: install its definition there", w.Member, w.Subject.Resource)
	case w.HasFailed() || v.isLate():
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotSeen, err)
}

// seen are the views that an answer is made from: of the objects of the kind, then of
// the EndpointSlices where anybody wants to know of these.
func (w *Watcher) seen(cluster federation.ClusterName, s Subject) ([]*view, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.members[cluster]
	if m == nil {
		return nil, w.unknownLocked(cluster, s)
	}
	of := Following{Subject: s, Endpoints: w.followsLocked(cluster, s, endpointSlices)}
	seen := m.seenLocked(of.needs())
	switch watched := !slices.Contains(seen, nil); {
	case !watched && m.failure != nil:
		return nil, fmt.Errorf("connect to cluster %s: %w", cluster, m.failure)
	case !watched:
		return nil, w.unknownLocked(cluster, s)
	}
	return seen, nil
}

// unknownLocked says why nothing is watched of a subject.
func (w *Watcher) unknownLocked(cluster federation.ClusterName, s Subject) error {
	if _, known := w.Clusters.Snapshot().Get(cluster); !known {
		return fmt.Errorf("cluster %s is none whose %s can be watched from here", cluster, resourceOf(s.Kind))
	}
	if w.followsLocked(cluster, s, resourceOf(s.Kind)) {
		return fmt.Errorf("%w: %s of cluster %s are not watched yet", ErrNotSeen, resourceOf(s.Kind), cluster)
	}
	return fmt.Errorf("%s %s/%s of cluster %s is not followed", s.Kind, s.Namespace, s.Name, cluster)
}

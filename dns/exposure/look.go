package exposure

import (
	"errors"
	"fmt"
	"time"

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
	views, endpoints, err := w.views(cluster, s)
	if err != nil {
		return Exposure{}, err
	}
	name := types.NamespacedName{Namespace: s.Namespace, Name: s.Name}
	for _, v := range views {
		if err := v.known(); err != nil {
			return Exposure{}, err
		}
	}
	e := views[0].exposure(name)
	if endpoints {
		e.ReadyEndpoints = views[1].readyEndpoints(name)
	}
	return e, nil
}

// listPatience is for how long what a member has is about to be known: one that
// answers, and does not list, would have everybody wait for ever.
const listPatience = 10 * time.Second

// known is an error that says why it is not known what there is, or nil.
func (v *view) known() error {
	w, err := v.watch, v.watch.Known()
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err):
		return fmt.Errorf("cluster %s does not know the kind of %s: install its definition there: %w", w.Member, w.Subject, err)
	case w.HasFailed() || time.Since(v.began) > listPatience:
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotSeen, err)
}

// views are what is known of a cluster that an answer is made from: the objects of
// the kind, then the EndpointSlices where these matter.
func (w *Watcher) views(cluster federation.ClusterName, s Subject) (views []*view, endpoints bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.members[cluster]
	if m == nil {
		return nil, false, w.unknownLocked(cluster, s)
	}
	for key := range w.by[s] {
		endpoints = endpoints || w.followed[key].Endpoints && s.Kind == Service
	}
	wanted := map[resource]bool{resourceOf(s.Kind): true}
	if endpoints {
		wanted[endpointSlices] = true
	}
	if before := m.before; before != nil && !m.knowsAllLocked(wanted) && before.knowsAllLocked(wanted) {
		m = before // over the connection that it had before
	}
	if m.failure != nil {
		return nil, false, fmt.Errorf("connect to cluster %s: %w", cluster, m.failure)
	}
	if views = append(views, m.views[resourceOf(s.Kind)]); endpoints {
		views = append(views, m.views[endpointSlices])
	}
	for _, v := range views {
		if v == nil {
			return nil, false, w.unknownLocked(cluster, s)
		}
	}
	return views, endpoints, nil
}

// unknownLocked says why nothing is watched of a subject.
func (w *Watcher) unknownLocked(cluster federation.ClusterName, s Subject) error {
	if _, known := w.Clusters.Snapshot().Get(cluster); !known {
		return fmt.Errorf("cluster %s is none whose %s can be watched from here", cluster, resourceOf(s.Kind))
	}
	if len(w.by[s]) > 0 {
		return fmt.Errorf("%w: %s of cluster %s are not watched yet", ErrNotSeen, resourceOf(s.Kind), cluster)
	}
	return fmt.Errorf("%s %s/%s of cluster %s is not followed", s.Kind, s.Namespace, s.Name, cluster)
}

package capacity

import (
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// Sight is what the pods of a workload do in one cluster. Pods that have finished,
// or that are about to go, do not count.
type Sight struct {
	// Pods are all there are, Bound those that have a node, and Ready those whose
	// condition Ready is true.
	Pods, Bound, Ready int64
	// Unschedulable are those for which the scheduler of the cluster has found no
	// node for as long as was asked for, or longer; Pending those for which it has
	// found none for a shorter time, the first of which is due at PendingUntil.
	Unschedulable, Pending int64
	PendingUntil           time.Time // in UTC; zero when none is Pending
}

// add adds the pods of a kind.
func (s *Sight) add(k *kind, unschedulableFor time.Duration, now time.Time) {
	s.Pods += k.pods
	s.Bound += k.bound
	s.Ready += k.ready
	for _, since := range k.waiting {
		s.wait(time.Unix(since, 0).UTC().Add(unschedulableFor), now)
	}
}

// wait adds a pod that counts as unschedulable from due on.
func (s *Sight) wait(due, now time.Time) {
	if !now.Before(due) {
		s.Unschedulable++
		return
	}
	s.Pending++
	if s.PendingUntil.IsZero() || due.Before(s.PendingUntil) {
		s.PendingUntil = due
	}
}

// kind is pods that cannot be told apart by what they are: those of one
// Deployment, for example.
type kind struct {
	key       string
	namespace string
	labels    labels.Set
	needs     []need

	known              int64 // records that point here
	pods, bound, ready int64
	waiting            map[types.UID]int64 // since when no node is found, in seconds of Unix
}

// count counts a pod in, or out when n is -1.
func (k *kind) count(n int64, uid types.UID, r record) {
	k.known += n
	if r.leaving {
		return
	}
	k.pods += n
	if r.node != nil {
		k.bound += n
	}
	if r.ready {
		k.ready += n
	}
	switch {
	case r.since == 0:
	case n < 0:
		delete(k.waiting, uid)
	default:
		if k.waiting == nil {
			k.waiting = map[types.UID]int64{}
		}
		k.waiting[uid] = r.since
	}
}

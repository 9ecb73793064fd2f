package preference

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling/capacity"
	"github.com/fedrail/fedrail/scheduling/failover"
)

const (
	// podsAfter is how long replicas may take to become ready before their pods are
	// looked at.
	podsAfter = 5 * time.Second
	// podsWithin is how long it may take until they are known, before that is told.
	podsWithin = 3 * podsAfter
	// roomWithin is how long to wait for what is known of the room in clusters.
	roomWithin = 10 * time.Second
)

// examine finds out why replicas are not ready, and how many more fit, where that
// matters. Nothing is asked where all are ready.
func (c *Controller) examine(ctx context.Context, s subject, q *question) error {
	mind := c.memory.of(s.key())
	e := examination{pods: c.Pods, of: s, q: q, mind: mind, after: cmp.Or(q.Policy.UnschedulableFor, failover.DefaultUnschedulableFor)}
	var err error
	if e.workload, err = capacity.WorkloadOf(s.content(s.target())); err != nil || s.retained != "" || !s.counted {
		e.pods = nil // it has no pods, or they are the members' own matter, or not what is divided
	}
	e.follow()
	for i := range q.Clusters {
		e.look(&q.Clusters[i])
	}
	return e.room(ctx)
}

// examination is how the pods of one subject are looked at.
type examination struct {
	pods     Pods // nil: nobody looks
	of       subject
	workload capacity.Workload
	q        *question
	mind     *recollection
	after    time.Duration // for how long pods may find no room
}

// isShort says of a cluster that fewer replicas are ready there than should be.
func (e *examination) isShort(c failover.Cluster) bool {
	wanted := c.Exist
	if c.Given != nil {
		wanted = *c.Given
	}
	return c.Seen && c.Member.Ready && c.Ready < wanted
}

// follow has the pods watched where replicas have not been ready for a while.
func (e *examination) follow() {
	var names []federation.ClusterName
	for _, c := range e.q.Clusters {
		began := since(e.mind.short, c.Member.Name, e.q.Now, func() bool { return e.isShort(c) })
		switch due := began.Add(min(podsAfter, e.after/2)); {
		case began.IsZero() || e.pods == nil:
		case e.q.Now.Before(due):
			e.q.by(due)
		default:
			names = append(names, c.Member.Name)
		}
	}
	e.followIn(names, capacity.Following{})
	e.followIn(e.limited(), capacity.Following{Nodes: true})
}

// limited are the clusters whose room matters: all for a planner that goes by it,
// else those that were full. Where pods that pend tell of room, none.
func (e *examination) limited() []federation.ClusterName {
	byRoom := goesByRoom(e.of.Spec)
	var names []federation.ClusterName
	for _, c := range e.q.Clusters {
		_, full := e.wasFull(c.Member.Name)
		if byRoom || full && !e.q.Policy.Overflow {
			names = append(names, c.Member.Name)
		}
	}
	return names
}

// wasFull is the limit of a cluster in which pods found no room, and false when there
// was none.
func (e *examination) wasFull(cluster federation.ClusterName) (failover.Limit, bool) {
	for _, r := range e.q.Before {
		if r.Cluster == cluster && r.Limit != nil && r.Limit.Cause == failover.Unschedulable {
			return *r.Limit, true
		}
	}
	return failover.Limit{}, false
}

// followIn follows the pods, or the nodes, of some clusters and no others.
func (e *examination) followIn(clusters []federation.ClusterName, what capacity.Following) {
	if e.pods == nil {
		return
	}
	key := followingKey(e.of.key().String(), what)
	if len(clusters) == 0 {
		e.pods.Release(key)
		return
	}
	what.Namespace, what.Clusters = e.of.Namespace, clusters
	e.pods.Follow(key, what)
}

// followingKey is the key under which a preference follows pods, or nodes.
func followingKey(key string, what capacity.Following) string {
	if what.Nodes {
		return key + " nodes"
	}
	return key
}

// look finds out why replicas are not ready in a cluster.
func (e *examination) look(c *failover.Cluster) {
	if e.pods != nil && e.isShort(*c) {
		switch seen, err := e.pods.Look(c.Member.Name, e.workload, e.after, e.q.Now); {
		case err != nil:
			e.overlook(c, err)
		default:
			c.Unschedulable, c.Pending, c.PendingUntil = seen.Unschedulable, seen.Pending, seen.PendingUntil
			if c.Unschedulable > 0 {
				c.Exist = seen.Pods // the pods are ahead of, or behind, what the copy asks for
			}
		}
	}
	c.UnhealthySince = since(e.mind.sick, c.Member.Name, e.q.Now, func() bool {
		return e.isShort(*c) && c.Unschedulable+c.Pending == 0
	})
}

// overlook is for a cluster whose pods are not known: those that pend because a
// full cluster was asked for them do so until something else is seen.
func (e *examination) overlook(c *failover.Cluster, err error) {
	if full, was := e.wasFull(c.Member.Name); was && e.q.Policy.Overflow {
		c.Unschedulable = max(c.Exist-max(full.Replicas, c.Ready), 0)
	}
	due := e.mind.short[c.Member.Name].Add(podsWithin)
	if e.q.Now.Before(due) {
		e.q.by(due)
		return
	}
	e.q.lacks(c.Member.Name, "why replicas are not ready", err)
}

// room finds out how many more replicas fit in the clusters whose room matters. The
// error is errNotSeen while that is about to be known.
func (e *examination) room(ctx context.Context) error {
	if e.pods == nil {
		return nil
	}
	unknown, limited := false, e.limited()
	for i := range e.q.Clusters {
		c := &e.q.Clusters[i]
		if !slices.Contains(limited, c.Member.Name) {
			continue
		}
		n, err := e.pods.Room(ctx, c.Member.Name, e.workload)
		switch {
		case err == nil:
			n = max(n-e.coming(*c), 0)
			c.Room = &n
		case c.Member.Ready:
			unknown = true
			e.q.lacks(c.Member.Name, "how many more fit", err)
		}
	}
	return e.wait(unknown)
}

// coming are the replicas that a copy asks for and that have no node yet, but for
// those that find none: they take of the room first.
func (e *examination) coming(c failover.Cluster) int64 {
	seen, err := e.pods.Look(c.Member.Name, e.workload, e.after, e.q.Now)
	if err != nil {
		return 0
	}
	return max(c.Exist-c.Unschedulable-c.Pending-seen.Bound, 0)
}

// wait is errNotSeen for a while when something is not known.
func (e *examination) wait(unknown bool) error {
	switch {
	case !unknown:
		e.mind.asked = time.Time{}
		return nil
	case e.mind.asked.IsZero():
		e.mind.asked = e.q.Now
	}
	if e.q.Now.Sub(e.mind.asked) < roomWithin {
		return errNotSeen
	}
	return nil
}

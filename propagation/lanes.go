package propagation

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
)

// lane is the work of one cluster.
type lane struct {
	name   federation.ClusterName
	queue  queue
	waking atomic.Bool  // what waits in vain is about to be woken
	trying atomic.Bool  // one of them is about to be tried out
	moved  atomic.Int64 // when it was last done with a key, in nanoseconds since 1970

	mu    sync.Mutex
	awake context.Context // ends when the cluster is seen to be not ready
	sleep context.CancelFunc
}

// follow takes over whether the cluster is ready. What is under way when it
// stops being ready is given up: there will be no answer.
func (l *lane) follow(ctx context.Context, ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sleep != nil && !ready {
		l.sleep()
	}
	if ready && (l.awake == nil || l.awake.Err() != nil) {
		l.awake, l.sleep = context.WithCancel(ctx)
	}
}

// untilAsleep is a context that ends with ctx, or when the cluster is seen to
// be not ready.
func (l *lane) untilAsleep(ctx context.Context) (context.Context, context.CancelFunc) {
	l.mu.Lock()
	awake := l.awake
	l.mu.Unlock()
	if awake == nil {
		return context.WithCancel(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(awake, cancel)
	return ctx, func() { stop(); cancel() }
}

// lanes are the lanes of the members, and the members as last seen.
type lanes struct {
	mu      sync.Mutex
	closed  bool
	members federation.ClusterSet
	stay    federation.ClusterSet // those of them that are not leaving
	byName  map[federation.ClusterName]*lane
}

// laneChange is what a new snapshot of the members means.
type laneChange struct {
	started     []*lane                  // for members that are new
	left        []federation.ClusterName // members no more
	reconnected []federation.ClusterName // that are reached otherwise, and may be others
	woken       []federation.ClusterName // whose readiness, its reason, or connection changed
	membership  bool                     // a member came, goes, went, or has other labels or taints
}

// follow takes over a snapshot of the members: it makes lanes for new ones and
// shuts those of members that left.
func (s *lanes) follow(ctx context.Context, now federation.ClusterSet, newLane func(federation.ClusterName) *lane) laneChange {
	s.mu.Lock()
	defer s.mu.Unlock()
	change := compare(s.members, now)
	if s.closed || ctx.Err() != nil {
		return laneChange{}
	}
	if s.byName == nil {
		s.byName = map[federation.ClusterName]*lane{}
	}
	for name, l := range s.byName {
		if _, stays := now.Get(name); !stays {
			l.queue.ShutDown()
			delete(s.byName, name)
			change.left = append(change.left, name)
		}
	}
	for c := range now.All() {
		if s.byName[c.Name] == nil {
			s.byName[c.Name] = newLane(c.Name)
			change.started = append(change.started, s.byName[c.Name])
		}
		s.byName[c.Name].follow(ctx, c.Ready)
	}
	s.members, s.stay = now, now.Staying()
	return change
}

// compare says what differs between two snapshots; started is left empty.
func compare(before, now federation.ClusterSet) laneChange {
	change := laneChange{membership: before.Len() != now.Len()}
	for c := range now.All() {
		old, known := before.Get(c.Name)
		if !known || !maps.Equal(old.Labels, c.Labels) || old.Leaving != c.Leaving || !slices.EqualFunc(old.Taints, c.Taints, sameTaint) {
			change.membership = true
		}
		if known && (old.Ready != c.Ready || old.Connection != c.Connection || old.Message != c.Message) {
			change.woken = append(change.woken, c.Name)
		}
		if known && old.Connection != c.Connection {
			change.reconnected = append(change.reconnected, c.Name)
		}
	}
	return change
}

func sameTaint(a, b corev1.Taint) bool {
	return a.MatchTaint(&b) && a.Value == b.Value && a.TimeAdded.Equal(b.TimeAdded)
}

func (s *lanes) get(name federation.ClusterName) (*lane, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, known := s.byName[name]
	return l, known
}

// moved is when the lane of a cluster was last done with a key.
func (s *lanes) moved(name federation.ClusterName) time.Time {
	l, known := s.get(name)
	if !known {
		return time.Time{}
	}
	return time.Unix(0, l.moved.Load())
}

// snapshot returns the members as last seen.
func (s *lanes) snapshot() federation.ClusterSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.members
}

// staying are those members that are not leaving.
func (s *lanes) staying() federation.ClusterSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stay
}

func (s *lanes) shutDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, l := range slices.Collect(maps.Values(s.byName)) {
		l.queue.ShutDown()
	}
}

func (c *Controller) newLane(name federation.ClusterName) *lane {
	return &lane{name: name, queue: c.newQueue("lane/" + string(name))}
}

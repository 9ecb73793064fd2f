package failover

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// standing is what is made of one cluster, on the way to a decision.
type standing struct {
	Cluster
	verdict   federation.Verdict
	leaves    bool   // nothing is to be there
	limit     *Limit // what it turned out to take, or what a taint leaves it
	roof      *int64 // how many it may get at the most; nil is that nobody knows
	counted   *int64 // what Room came to, with some inertia
	barred    bool   // the limit keeps replicas away
	displaced bool
	moves     []time.Time
	bound     bool // it would lose unhealthy replicas, but did so too often

	share  scheduling.Share
	stuck  bool  // nothing is to be there, nor anywhere else
	target int64 // what it should be told
	give   int64 // what it is told now
}

func (s standing) name() federation.ClusterName { return s.Member.Name }

// has is how many replicas it was told to have, or asks for by itself.
func (c Cluster) has() int64 {
	if c.Given != nil {
		return *c.Given
	}
	return c.Exist
}

// serving is how many of what it was told to have are seen to be ready there now.
func (c Cluster) serving() int64 {
	if !c.Member.Ready || c.Stale {
		return 0
	}
	return min(c.Ready, c.has())
}

// stand weighs what is known of a cluster.
func (r Request) stand(c Cluster, next *alarm) standing {
	before := r.recorded(c.Member.Name)
	s := standing{Cluster: c, displaced: before.Displaced, moves: recent(before.Moves, r.Now)}
	s.verdict = federation.Tolerate(dated(c.Member, before, r.Now), tolerations(r.Tolerations))
	s.leaves = s.verdict.Leave && !r.Now.Before(s.verdict.Until)
	if s.verdict.Leave && !s.leaves {
		next.at(s.verdict.Until)
	}
	switch {
	case s.leaves:
		s.limit = s.banned(before, r.Now, 0)
		s.displaced = s.displaced || c.has() > 0
	case s.verdict.NoMore:
		s.limit = s.banned(before, r.Now, c.has())
	default:
		s.limit = s.learn(r, before, next)
	}
	s.barred = s.limit.bars(r.Now)
	s.counted = inert(before.Capacity, c.capacity())
	s.roof = lowest(s.allowed(r), s.roomy())
	return s
}

// roomy is how many the cluster may have by its room, which keeps replicas from
// coming. What it was told to have already leaves when pods have found no room for
// long enough, and not before.
func (s standing) roomy() *int64 {
	if s.counted == nil {
		return nil
	}
	n := max(*s.counted, s.has())
	return &n
}

// capacity is how many can run there, by what Room says; nil when it says nothing.
func (c Cluster) capacity() *int64 {
	if c.Room == nil {
		return nil
	}
	n := max(c.Exist-c.Unschedulable-c.Pending, 0) + max(*c.Room, 0)
	return &n
}

// inert is the capacity to count on: the one before, unless it differs by more
// than a tenth.
func inert(before, now *int64) *int64 {
	if before == nil || now == nil {
		return now
	}
	if far := max(*before/10, 1); *now > *before+far || *now < *before-far {
		return now
	}
	return before
}

func lowest(a, b *int64) *int64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

// dated are the taints of a member. Where nobody knows since when it is not
// ready, it is since that was first recorded.
func dated(c federation.Cluster, before Record, now time.Time) []corev1.Taint {
	if !c.Ready && c.Turned.IsZero() {
		c.Turned = now
		if before.Limit != nil && before.Limit.Cause == NotReady {
			c.Turned = before.Limit.Since
		}
	}
	return c.AllTaints()
}

// patience is for how long a cluster that is not ready keeps its replicas, unless
// a toleration says otherwise.
const patience int64 = 60

// tolerations are those of the workload, with the default ones.
func tolerations(own []corev1.Toleration) []corev1.Toleration {
	speaks := func(t corev1.Toleration) bool {
		named := t.Key == federation.NotReadyTaint || t.Key == "" && t.Operator == corev1.TolerationOpExists
		return named && (t.Effect == "" || t.Effect == corev1.TaintEffectNoExecute)
	}
	if slices.ContainsFunc(own, speaks) {
		return own
	}
	seconds := patience
	return append(slices.Clone(own), corev1.Toleration{
		Key: federation.NotReadyTaint, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds,
	})
}

// candidate is the cluster as the planner sees it.
func (s standing) candidate() scheduling.Candidate {
	c := scheduling.Candidate{
		Name: s.name(), Want: s.Want, Current: s.Ready, Capacity: s.roof, Cost: s.Cost, Region: s.Member.Region, Zone: zone(s.Member),
	}
	if s.Given != nil {
		c.Current = *s.Given
	}
	if s.leaves {
		c.Want, c.Capacity = nil, nil
	}
	return c
}

// zone is where a member is. One that is in several zones is in none of them: those
// that are in the same several are in one place.
func zone(c federation.Cluster) string {
	return strings.Join(slices.Sorted(slices.Values(c.Zones)), ",")
}

// returns says whether the replicas that left the cluster come back now.
func (s standing) returns(p Policy) bool {
	return s.displaced && !s.barred && p.Return != Never
}

// aim is what the cluster should be told, which is never less than nothing, as a
// share of KubeFed's can be. What is asked of it beyond its room counts only where
// pods say that there is none: nothing else changes by asking.
func (s standing) aim(p Policy) int64 {
	if p.Overflow && s.Unschedulable > 0 && !s.leaves {
		return max(s.share.Replicas+s.share.Overflow, 0)
	}
	return max(s.share.Replicas, 0)
}

// record is what has to be remembered of the cluster.
func (s standing) record() Record {
	return Record{Cluster: s.name(), Limit: s.limit, Displaced: s.displaced, Moves: s.moves, Capacity: s.counted}
}

func (r Record) worthKeeping() bool {
	return r.Limit != nil || r.Displaced || len(r.Moves) > 0 || r.Capacity != nil
}

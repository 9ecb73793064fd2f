// Package failover decides how many replicas each cluster is given now, where
// clusters fail, fill up, are drained and come back. A [scheduling.Planner] says
// how many each should have; this package says what the planner may count on, and
// how the clusters get from what they have to what they should have without
// fewer replicas being ready on the way.
//
// It is pure: the time is an argument, and what it has to remember from one
// decision to the next is a [Record] of each cluster, for the caller to keep.
package failover

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// Request is all that a decision is made from.
type Request struct {
	// Now is the time; decisions of the same workload come with times that never
	// go back by much.
	Now time.Time
	// Key, Total and Rebalance are those of [scheduling.Request].
	Key       string
	Total     int64
	Rebalance bool
	// Policy says when replicas leave, and whether they come back.
	Policy Policy
	// Tolerations are those of the workload for taints of clusters. Where none
	// speaks of federation.NotReadyTaint with NoExecute, that is tolerated for 60
	// seconds.
	Tolerations []corev1.Toleration
	// Clusters are those that may get any, each once, in any order.
	Clusters []Cluster
	// Before are the records of the last decision, in any order; none at first.
	Before []Record
}

// Cluster is a cluster, and how the workload fares in it.
type Cluster struct {
	// Member is what the federation knows of it. For [scheduling.Spread], clusters
	// that are in several zones are in one place when those are the same.
	Member federation.Cluster
	// Want is what somebody prefers for it; nil is nothing.
	Want *scheduling.Preference
	// Cost is for [scheduling.Cost].
	Cost int64
	// Given is how many it was told to have last; nil is that it was not told.
	Given *int64
	// Seen says that what follows was seen, now or before the cluster went away.
	Seen bool
	// Stale says of a cluster that is ready that the copy in it is about to be
	// seen, and that what follows is older, or not known. Until then the cluster is
	// told nothing less, and what is ready there does not count.
	Stale bool
	// Exist is how many replicas the copy in the cluster asks for, and Ready how
	// many of them are ready.
	Exist, Ready int64
	// Unschedulable is how many find no room there, each for as long as
	// [Policy.UnschedulableFor] at least, and Pending how many have found none for
	// a shorter time, the first of which is due at PendingUntil.
	Unschedulable, Pending int64
	PendingUntil           time.Time
	// Room is how many more would fit there, beside all that Exist but those that
	// find no room; nil is that nobody knows, or that the planner does not go by room
	// and the last record has no limit.
	Room *int64
	// UnhealthySince is since when fewer are ready than should be, though there is
	// room; zero when that is not so.
	UnhealthySince time.Time
}

// Policy says when replicas leave a cluster, and whether they come back. Zero
// fields have their defaults.
type Policy struct {
	// Overflow asks full clusters for what the planner has as their overflow, as
	// KubeFed does; their pods then pend, and tell by being scheduled that there is
	// room again. Without it, a cluster that was full is given more when Room says
	// so, else it is tried again after a time that doubles.
	Overflow bool
	// UnschedulableFor is how long pods may find no room; default
	// [DefaultUnschedulableFor].
	UnschedulableFor time.Duration
	// UnhealthyFor is how long replicas may not be ready before they are wanted
	// elsewhere; 0 is for ever.
	UnhealthyFor time.Duration
	// MovesPerHour bounds how often replicas leave one cluster because they are
	// unhealthy; default 3.
	MovesPerHour int
	// Return is whether replicas go back; the zero Return is Never.
	Return Return
	// Step is how many go back at a time when that is Gradually; default a tenth of
	// the total, and 1 at the least.
	Step int64
}

// DefaultUnschedulableFor is for how long pods may find no room in a cluster before
// they are wanted elsewhere, unless a [Policy] says otherwise.
const DefaultUnschedulableFor = 60 * time.Second

// Return is whether replicas go back to a cluster that works again.
type Return string

// The values of a Return.
const (
	Never     Return = ""          // what left it stays where it went
	Gradually Return = "Gradually" // a step at a time, each when the last one is ready
	AtOnce    Return = "AtOnce"
)

// Record is what has to be remembered of a cluster.
type Record struct {
	Cluster federation.ClusterName
	// Limit is how many replicas it can take, as it turned out; nil when nothing
	// is known to be in the way.
	Limit *Limit
	// Displaced says that replicas left it because they did not work there, and
	// that they have not come back.
	Displaced bool
	// Moves are when replicas left it because they were unhealthy, in the last
	// hour, the earliest first.
	Moves []time.Time
	// Capacity is what was counted on last, from Room. It is counted on until the
	// cluster has a tenth more or less, so that plans do not follow every pod of
	// somebody else. Nil is that Room was not known.
	Capacity *int64
}

// Limit is how many replicas a cluster can take.
type Limit struct {
	Replicas int64
	Cause    Cause
	// Since is when it turned out. RetryAt is when it may be tried whether there
	// are more; zero is that something else tells. Times is how many times in a row
	// it has turned out, and makes the time between two tries grow.
	Since, RetryAt time.Time
	Times          int
}

// Cause is why a cluster takes no more.
type Cause string

// The causes.
const (
	Unschedulable Cause = "Unschedulable" // pods find no room there
	Unhealthy     Cause = "Unhealthy"     // replicas do not become ready there
	NotReady      Cause = "NotReady"      // the cluster is not ready
	Tainted       Cause = "Tainted"       // the cluster has a taint that is not tolerated
)

// Decision is what each cluster should have, and what it is given now.
type Decision struct {
	// Plan is what each should have. Its shares are those of all clusters of the
	// request.
	Plan scheduling.Plan
	// Steps say what each cluster is given now, in name order.
	Steps []Step
	// Settled says that each cluster is given what the plan says.
	Settled bool
	// Records are to be in the next request.
	Records []Record
	// Next is when to decide again though nothing changes; zero is never.
	Next time.Time
}

// Step is what one cluster is given.
type Step struct {
	Cluster federation.ClusterName
	// Give is how many replicas the cluster is told to have.
	Give int64
	// Leave says that a taint of the cluster lets nothing of the workload be there.
	Leave bool
	// Why says for people why that is so, in the words of the plan, and what the
	// cluster waits for when it is given other than that.
	Why string
	// Reason is why in one word: one of [scheduling.Why], or a [Cause].
	Reason string
}

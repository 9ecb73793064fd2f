package rollout

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
)

// Cluster is one that should hold the object, as it is now.
type Cluster struct {
	Name   federation.ClusterName
	Labels labels.Set
	// Want names the version that it should hold: equal names, equal versions.
	Want string
	// Holds is what it holds, and Why is why that is not known.
	Holds Holds
	Why   string
	// Healthy says that what it holds works as it should, Ailment what does not.
	// They count only when it holds what it should.
	Healthy bool
	Ailment string
	// Progress is what was decided last; zero when nothing was.
	Progress Progress
}

// Holds is what a cluster holds of an object.
type Holds string

// What a cluster may hold.
const (
	Unknown Holds = ""        // that cannot be seen now
	Nothing Holds = "Nothing" // no copy
	Another Holds = "Another" // a copy of another version
	Wanted  Holds = "Wanted"  // a copy of the version that it should hold
)

// Progress is how far a cluster is with a version. The zero Progress is that of
// a cluster that no rollout is concerned with.
type Progress struct {
	Phase   Phase
	Version string    // that the cluster was released for
	Since   time.Time // when the phase began
}

// Phase is how far a cluster is.
type Phase string

// The phases.
const (
	Changing Phase = "Changing" // it is to be changed, or was, and is not healthy
	Healthy  Phase = "Healthy"  // it is healthy
	Failed   Phase = "Failed"   // it did not become healthy in time
)

// Request is all that a decision is made from.
type Request struct {
	Policy   Policy // valid
	Clusters []Cluster
	Now      time.Time
}

// Step is what was decided of one cluster.
type Step struct {
	Name federation.ClusterName
	// Release says that the cluster may be made to hold what it should. That is
	// said again as long as the version is the same.
	Release bool
	// Progress is to be kept, and written down before the cluster is changed.
	Progress Progress
	// Proven says that the cluster needs no more attention.
	Proven bool
	// Why says what the cluster waits for; empty when it is proven.
	Why string
}

// Decision is what may be done now.
type Decision struct {
	Steps []Step // in the order in which the clusters are changed
	State State
	// Message says for people how far it is; empty when the State is Idle.
	Message string
	// Settled says that nothing is left to decide until a version, the policy or
	// the clusters change.
	Settled bool
	// Next is when to decide again though nothing happened; zero is never.
	Next time.Time
}

// State is how a rollout fares.
type State string

// The states.
const (
	Idle       State = ""           // nothing waits, nothing is under way
	InProgress State = "InProgress" // clusters wait, or are under way
	Paused     State = "Paused"     // clusters wait for the policy's pause to end
	Stopped    State = "Stopped"    // clusters wait, and one has failed
)

// Decide says which clusters may be changed now. It does not modify the request.
//
//   - No cluster is released while as many as the policy allows are under way,
//     and none that would make them more.
//   - What was released stays released until another version is wanted.
//   - While clusters wait, none has failed, nothing is paused, and all that are
//     under way become healthy, one more is released sooner or later.
func Decide(r Request) Decision {
	all := r.seen()
	slices.SortFunc(all, func(a, b *cluster) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.place, b.place), cmp.Compare(a.Name, b.Name))
	})
	t := tallyOf(all)
	r.release(all, &t)
	return r.decision(all, t)
}

// cluster is one while it is being decided on.
type cluster struct {
	Cluster
	step         Step
	group, place int
	candidate    bool // it would have to be changed, and was not released yet
	underWay     bool // it is changed, and not proven
}

// seen is each cluster with what is to be said of it alone.
func (r Request) seen() []*cluster {
	all := make([]*cluster, len(r.Clusters))
	for i, c := range r.Clusters {
		n := &cluster{Cluster: c, step: Step{Name: c.Name, Progress: c.Progress}}
		n.group, n.place = r.Policy.place(c)
		r.judge(n)
		all[i] = n
	}
	return all
}

// judge says what a cluster is without regard to others.
func (r Request) judge(c *cluster) {
	released := c.Progress.Phase != "" && c.Progress.Version == c.Want
	switch {
	case released: // it may hold nothing for a while, when it is created anew
		c.step.Release = true
		r.follow(c)
	case c.Holds == Nothing, c.Holds == Wanted:
		c.step.Release, c.step.Proven, c.step.Progress = true, true, Progress{}
	case c.Holds == Unknown:
		c.step.Why = cmp.Or(c.Why, "it cannot be seen")
	default:
		c.candidate = true
	}
}

// follow takes a released cluster from phase to phase.
func (r Request) follow(c *cluster) {
	p := &c.step.Progress
	healthy := c.Holds == Wanted && c.Healthy
	lasting := c.Holds == Unknown && p.Phase == Healthy && r.soaked(*p) // it was proven, and went away
	switch {
	case healthy && p.Phase != Healthy:
		p.Phase, p.Since = Healthy, r.Now
	case !healthy && !lasting && p.Phase == Healthy:
		p.Phase, p.Since = Changing, r.Now
	case p.Phase == Changing && !r.Now.Before(p.Since.Add(r.Policy.deadline())):
		p.Phase, p.Since = Failed, r.Now
	}
	c.step.Proven = p.Phase == Healthy && r.soaked(*p)
	c.underWay = p.Phase != Failed && !c.step.Proven
	if !c.step.Proven {
		c.step.Why = r.explain(c)
	}
}

// soaked says whether a healthy cluster has been so for long enough.
func (r Request) soaked(p Progress) bool { return !r.Now.Before(p.Since.Add(r.Policy.MinReady)) }

// due is when time alone takes a cluster further; zero is never.
func (r Request) due(c *cluster) time.Time {
	p := c.step.Progress
	switch {
	case c.underWay && p.Phase == Healthy:
		return p.Since.Add(r.Policy.MinReady)
	case c.underWay:
		return p.Since.Add(r.Policy.deadline())
	}
	return time.Time{}
}

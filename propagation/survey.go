package propagation

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// A Hearer is a [Propagator] that knows whether a cluster answers.
type Hearer interface {
	// Silence is why a cluster has not answered for a while; nil when it has, or
	// when nothing is known. It sends no request, and may be called concurrently.
	Silence(cluster federation.ClusterName) error
}

// Lane is how the work for one cluster goes.
type Lane struct {
	Cluster federation.ClusterName
	State   LaneState
	Waiting int // objects in its queue; those that wait for a back-off to end are not in it
}

// LaneState says whether objects are written to a cluster.
type LaneState string

// The states of a lane.
const (
	// LaneOpen: they are, as many at a time as the cluster can take.
	LaneOpen LaneState = "open"
	// LaneHalfOpen: the cluster did not do something for reasons of its own, such
	// as an error of its server or a role that is missing. One of the objects that
	// wait is tried every second; when it goes well, so are the others.
	LaneHalfOpen LaneState = "half-open"
	// LaneSilent: the cluster does not answer. It is asked from time to time
	// whether it does, and sent nothing else.
	LaneSilent LaneState = "silent"
	// LanePaused: the cluster is not ready, and is sent nothing.
	LanePaused LaneState = "paused"
)

// LaneStates are all there are, from the best to the worst.
func LaneStates() []LaneState {
	return []LaneState{LaneOpen, LaneHalfOpen, LaneSilent, LanePaused}
}

// Lanes says how the work for each member goes, in name order. It is an answer
// from memory, and may be asked for at any time.
func (c *Controller) Lanes() []Lane {
	all := c.lanes.all()
	seen := make([]Lane, len(all))
	for i, l := range all {
		seen[i] = Lane{Cluster: l.name, State: c.laneState(l), Waiting: l.queue.Len()}
	}
	slices.SortFunc(seen, func(a, b Lane) int { return cmp.Compare(a.Cluster, b.Cluster) })
	return seen
}

func (c *Controller) laneState(l *lane) LaneState {
	hearer, hears := c.Propagator.(Hearer)
	member, _ := c.Registry.Snapshot().Get(l.name)
	switch {
	case !member.Ready:
		return LanePaused
	case hears && hearer.Silence(l.name) != nil:
		return LaneSilent
	case l.trying.Load():
		return LaneHalfOpen
	}
	return LaneOpen
}

// all are the lanes there are, in no order.
func (s *lanes) all() []*lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.byName))
}

// Census counts the objects of a [Controller].
type Census struct {
	Objects int // that are declared
	// Troubled are how many of them are in trouble, by the state that a cluster is
	// reported in or, where the trouble is with the placement, by its reason. An
	// object that is in several is counted in each, once. Waiting for a cluster
	// that is not ready, for a rollout or for a deletion is no trouble.
	Troubled map[string]int
}

// Census counts the objects as they were last reported. It looks at every one of
// them, in memory, so ask for it no more often than every few seconds.
func (c *Controller) Census() Census {
	census := Census{Troubled: map[string]int{}}
	c.objects.each(func(_ Key, o *object) {
		s, declared := o.lastReport()
		if !declared {
			return
		}
		census.Objects++
		for _, word := range troublesOf(s) {
			census.Troubled[word]++
		}
	})
	return census
}

// lastReport is what was last reported, and false when nothing declares the
// object any more.
func (o *object) lastReport() (status.Summary, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.intent.Parent == "" || o.intent.stray {
		return status.Summary{}, false
	}
	if o.reported == nil {
		return status.Summary{}, true
	}
	return *o.reported, true
}

// troublesOf are the words for what is wrong with an object, each once.
func troublesOf(s status.Summary) []string {
	var words []string
	for _, seen := range s.Clusters {
		if trouble(seen.State) {
			words = append(words, string(seen.State))
		}
	}
	if p := placementTrouble(s); p.Reason != "" {
		words = append(words, p.Reason)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

package propagation

import (
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// object is what the three loops share about one object: the plan, how far each
// cluster is with it, and what was last reported. All of it can be worked out
// anew after a restart.
type object struct {
	mu       sync.Mutex
	intent   Intent
	base     *unstructured.Unstructured // the template with its identity; nobody changes it
	problem  status.Problem             // of the placement
	frozen   bool                       // the placement is not known: the lanes rest
	tasks    map[federation.ClusterName]*task
	placed   placed
	held     types.UID // the parent that the Ledger was made to hold last
	heldAt   time.Time // when that was
	reported *status.Summary
	reportAt time.Time                          // of the last report
	told     map[federation.ClusterName]telling // where there was something to tell
	busyFrom time.Time                          // since when some task is open; zero when none is

	cause Span      // of the step that the others go back to; nil when the object is at rest
	unmet time.Time // since when a change of the intent is not everywhere; zero when it is

	revision int            // of the plan
	rolled   bool           // no rollout has anything to decide until the next plan
	unroll   status.Problem // what a rollout waits for

	renewing string // asks for every copy to be written anew; empty when that is done
}

// isDeletingOf says whether the object is that parent's, and to go.
func (o *object) isDeletingOf(parent types.UID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.intent.Parent == parent && o.intent.Deleting
}

// unseenHold is how long the Source may take to show what the Ledger holds.
const unseenHold = 5 * time.Second

// heldJustNowLocked says whether the Ledger holds that parent, though the Source
// may not show it yet.
func (o *object) heldJustNowLocked(parent types.UID) bool {
	return o.held != "" && o.held == parent && time.Since(o.heldAt) < unseenHold
}

// waitsFor says whether the cluster has not done its task.
func (o *object) waitsFor(name federation.ClusterName) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	return t != nil && t.phase != settled
}

// doubt opens the task of a cluster that may be another one by now: what was
// seen there has to be seen again.
func (o *object) doubt(name federation.ClusterName) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if t := o.tasks[name]; t != nil {
		t.phase, t.begun = open, time.Time{}
		o.noteBusyLocked(time.Now())
	}
}

// waitsInVain says whether the last try failed for a reason that lies with the
// cluster.
func (o *object) waitsInVain(name federation.ClusterName) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	return t != nil && t.passing && t.phase != settled
}

// adopt takes over a new plan, and returns the clusters whose lane has to look
// at it, in name order.
func (o *object) adopt(in Intent, base *unstructured.Unstructured, p plan, now time.Time) []federation.ClusterName {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unmet.IsZero() && o.isChangeLocked(in) {
		o.unmet = now
	}
	switch {
	case o.intent.Parent != in.Parent:
		o.tasks = nil // what was learned of another's copies says nothing of these
	case o.intent.Generation != in.Generation && !p.frozen:
		o.unseeLocked()
	}
	in = o.rememberingLocked(in)
	o.intent, o.base, o.problem, o.frozen = in, base, p.problem, p.frozen
	o.intent.Reported = status.Summary{} // what was reported last is in o.reported
	if p.frozen {
		return nil
	}
	tasks := make(map[federation.ClusterName]*task, len(p.hold)+len(p.drop))
	for _, name := range p.hold {
		tasks[name] = o.retaskLocked(name, true)
	}
	for _, name := range p.drop {
		tasks[name] = o.retaskLocked(name, false)
	}
	o.tasks = tasks
	if len(tasks) == 0 {
		o.unmet = time.Time{} // there is nothing to do
	}
	o.gateLocked()
	o.noteBusyLocked(now)
	return o.openLocked()
}

// unseeLocked forgets how the last tries went: they were for what the intent was
// then.
func (o *object) unseeLocked() {
	for _, t := range o.tasks {
		t.seen = nil
	}
}

// retaskLocked opens the cluster's task anew, keeping what was seen.
func (o *object) retaskLocked(name federation.ClusterName, hold bool) *task {
	t := o.tasks[name]
	if t == nil || t.hold != hold {
		return &task{hold: hold}
	}
	again := *t
	again.phase, again.begun = open, time.Time{}
	return &again
}

// noteBusyLocked remembers since when a task has been open.
func (o *object) noteBusyLocked(now time.Time) {
	switch busy := o.busyLocked(); {
	case !busy:
		o.busyFrom = time.Time{}
	case o.busyFrom.IsZero():
		o.busyFrom = now
	}
}

func (o *object) busyLocked() bool {
	for _, t := range o.tasks {
		if t.phase == open {
			return true
		}
	}
	return false
}

// reportedFor returns what was last reported of the cluster for this
// generation.
func (o *object) reportedForLocked(name federation.ClusterName) (status.Observation, bool) {
	if o.reported == nil || o.reported.Generation != o.intent.Generation {
		return status.Observation{}, false
	}
	i := slices.IndexFunc(o.reported.Clusters, func(s status.Observation) bool { return s.Cluster == name })
	if i < 0 {
		return status.Observation{}, false
	}
	return o.reported.Clusters[i], true
}

// isChangeLocked says whether an intent is news: after a restart, only when it
// was not reported yet.
func (o *object) isChangeLocked(in Intent) bool {
	if o.intent.Parent == "" {
		return in.Reported.Generation != in.Generation
	}
	return o.intent.Parent != in.Parent || o.intent.Generation != in.Generation
}

package propagation

import (
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// task is what one cluster has to do with an object. There is one for each copy,
// so it is small.
type task struct {
	hold    bool      // it should hold a copy; else it should hold none
	phase   phase     // how far it is
	passing bool      // the last try failed for a reason that lies with the cluster
	stale   bool      // there is news of the copy since the last try
	absent  bool      // it was seen to hold no copy
	blind   bool      // seen tells nothing of the copy
	awaits  bool      // what it needs is about to come
	gated   bool      // a rollout keeps the lane shut
	begun   time.Time // when the lane began with it; zero while it is in the queue, but for a retry
	since   time.Time // when a try first went as the last one did
	silent  time.Time // since when the cluster cannot be reached; zero when it can
	fine    int64     // the generation last seen to be held as it should, or 0

	seen    *sighting      // how the last try went; nil before that
	good    *sighting      // how that of fine went; nil when fine is 0
	vitals  *status.Vitals // of the copy, as last judged; nil where nobody does
	rolling *rolling       // nil where no rollout has a say
}

// sighting is what is kept of how a try went: an observation without what is
// known otherwise.
type sighting struct {
	state   status.State
	message string
	remote  map[string]any
}

// in is the observation that it is in a cluster.
func (s sighting) in(name federation.ClusterName) status.Observation {
	return status.Observation{Cluster: name, State: s.state, Message: s.message, Remote: s.remote}
}

// rolling is how far a rollout is with a cluster.
type rolling struct {
	progress rollout.Progress
	lacks    string // what the cluster lacks to be proven; empty when nothing
}

// phase is how far a task is. The zero phase is open.
type phase uint8

const (
	open    phase = iota // not answered yet, or tried again soon
	blocked              // only a change of the intent or of the cluster helps
	settled              // as it should be
)

// learned is what a finding meant.
type learned struct {
	recovered bool          // what failed for a reason of the cluster went well this time
	met       time.Duration // how long a change took that is everywhere now; else 0
	idle      bool          // there is no news but of how a copy fares
}

// note takes over a finding, unless the plan has changed since: then the lane
// looks again anyway.
func (o *object) note(name federation.ClusterName, j job, f finding) learned {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	if t == nil || t.hold != j.hold || !o.intent.isAs(j.intent) {
		return learned{}
	}
	l := learned{recovered: t.passing && f.effort == served, idle: o.rolled && t.isAsBefore(f)}
	t.learn(f)
	switch {
	case f.phase == settled && j.hold:
		t.fine, t.good = j.intent.Generation, t.seen
	case !f.blind:
		t.fine, t.good = 0, nil
	}
	if !o.busyLocked() {
		o.busyFrom = time.Time{}
	}
	l.met = o.metLocked()
	return l
}

// isAs says whether an intent asks of a cluster what it did when a job began.
func (in Intent) isAs(then Intent) bool {
	return in.Parent == then.Parent && in.Generation == then.Generation && in.rests() == then.rests()
}

// isAsBefore says of a finding that the task is as it was, but for how the copy
// fares.
func (t *task) isAsBefore(f finding) bool {
	return t.phase == settled && f.phase == settled && f.action == Unchanged && t.seen != nil &&
		t.seen.state == f.seen.State && t.seen.message == f.seen.Message
}

// metLocked is how long a change took when every cluster is as it asks for now;
// else 0.
func (o *object) metLocked() time.Duration {
	if o.unmet.IsZero() {
		return 0
	}
	for _, t := range o.tasks {
		if t.phase != settled {
			return 0
		}
	}
	took := time.Since(o.unmet)
	o.unmet = time.Time{}
	return max(took, 1)
}

// sighting is what was seen, to be kept; nil when that is nothing.
func (f finding) sighting() *sighting {
	if f.seen.Cluster == "" {
		return nil
	}
	return &sighting{state: f.seen.State, message: f.seen.Message, remote: f.seen.Remote}
}

// vitals are those of the copy after it, when they were those before: what cannot
// be seen is as it was.
func (f finding) vitals(before *status.Vitals) *status.Vitals {
	switch {
	case f.seen.Vitals.Health != "":
		now := f.seen.Vitals // and not all of the finding
		return &now
	case f.blind:
		return before
	}
	return nil
}

// learn takes over how a task went.
func (t *task) learn(f finding) {
	if t.seen == nil || t.seen.state != f.seen.State {
		t.since = time.Now()
	}
	t.phase, t.seen, t.absent, t.blind, t.stale = f.phase, f.sighting(), f.absent, f.blind, t.begun.IsZero()
	t.awaits, t.passing, t.vitals = f.awaits, f.passing, f.vitals(t.vitals)
	switch {
	case !f.silent:
		t.silent = time.Time{}
	case t.silent.IsZero():
		t.silent = time.Now()
	}
}

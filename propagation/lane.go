package propagation

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// job is what a lane has to do with one object, as the plan was when it began.
type job struct {
	intent Intent
	base   *unstructured.Unstructured
	hold   bool
	waited time.Duration // since when it goes as it goes
}

// finding is how a job went.
type finding struct {
	phase   phase
	absent  bool
	blind   bool // nothing was learned of the copy
	effort  effort
	passing bool // the reason lies with the cluster
	silent  bool // the cluster could not be reached, or its copies not be seen
	awaits  bool // it was not tried yet, for what it needs is about to come
	seen    status.Observation
	retry   error // why to try again after a back-off; nil when not to
}

// carry makes one cluster hold one object, or not hold it.
func (c *Controller) carry(ctx context.Context, l *lane, key Key) (effort, error) {
	o := c.objects.find(key)
	if o == nil {
		return none, nil
	}
	if o.isGated(l.name) {
		c.reports.Add(key) // there is news for the rollout
		return none, nil
	}
	j, planned := o.job(l.name)
	member, known := c.lanes.snapshot().Get(l.name)
	if !planned || !known {
		return none, nil
	}
	now, _ := c.Registry.Snapshot().Get(l.name)
	ctx, done := l.untilAsleep(ctx)
	defer done()
	began := time.Now()
	found := c.attempt(ctx, worst(member, now), j)
	if ctx.Err() != nil && worst(member, now).Ready {
		return none, nil // all ends, or the cluster went: then the loop that saw it wakes the lane
	}
	if member.Ready && !now.Ready {
		found.retry = errors.New("the member's readiness changed just now") // the loop that wakes lanes may never see it
	}
	if time.Since(began) < c.Timeout {
		l.moved.Store(time.Now().UnixNano())
	}
	switch recovered := o.note(l.name, j, found); {
	case recovered:
		c.wakeSoon(l)
	case found.passing:
		l.tryOut(key)
	}
	c.reports.Add(key)
	return found.effort, found.retry
}

// worst is the member as the loop last saw it, or as the registry has it now
// when that is not ready: nothing is sent to a member that is known to be away.
func worst(seen, now federation.Cluster) federation.Cluster {
	if now.Ready {
		return seen
	}
	now.Name = seen.Name
	return now
}

// attempt asks the Propagator for what the job says, and judges the answer.
func (c *Controller) attempt(ctx context.Context, member federation.Cluster, j job) finding {
	if !member.Ready {
		f := blockedBy(member.Name, notReady(member, j.hold))
		f.silent = true
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	if !j.hold {
		return c.remove(ctx, member, j)
	}
	if f, waits := c.await(member.Name, j); waits {
		return f
	}
	want, err := c.tailor(ctx, member, j)
	if err != nil {
		return blockedBy(member.Name, Problemf(status.ApplyOverridesFailed, RetryOnChange, "%w", err))
	}
	out, err := c.Propagator.Apply(ctx, member.Name, want, j.holding())
	c.OnOutcome(Change{Cluster: member.Name, Key: j.intent.Key}, out, err)
	c.tellRegained(j.intent, member.Name, out.Regained)
	if err != nil {
		return failed(member.Name, err, status.UpdateFailed, status.UpdateTimedOut)
	}
	c.left.clear(j.intent.Key, member.Name, c.left.removals(j.intent.Key)) // it is of this parent by now
	held := status.Observation{Cluster: member.Name, Remote: out.Status}
	if len(out.Yielded) > 0 {
		held.Message = "left to others: " + Describe(out.Yielded)
	}
	return finding{phase: settled, seen: held, effort: effortOf(out)}
}

// holding completes the intent's.
func (j job) holding() Holding {
	how := j.intent.Holding
	how.Parent = j.intent.Parent
	return how
}

func (c *Controller) remove(ctx context.Context, member federation.Cluster, j job) finding {
	name, all := member.Name, c.removals(j.intent)
	for _, how := range all {
		how.Orphan = how.Orphan || member.Leaving == federation.LeavingOrphan
		out, err := c.Propagator.Remove(ctx, name, j.intent.Key, how)
		c.OnOutcome(Change{Cluster: name, Key: j.intent.Key}, out, err)
		if err != nil {
			return failed(name, err, status.DeletionFailed, status.DeletionTimedOut)
		}
		if out.Action != Absent {
			return c.removing(name, effortOf(out))
		}
	}
	c.left.clear(j.intent.Key, name, all)
	return finding{phase: settled, absent: true}
}

// removing is the finding of a copy that was told to go and is still there.
func (c *Controller) removing(name federation.ClusterName, e effort) finding {
	waiting := finding{effort: e, seen: status.Observation{Cluster: name, State: status.WaitingForRemoval,
		Message: "the copy is being deleted; a finalizer on it, or its dependents, may hold it up"}}
	if _, tells := c.Propagator.(Observer); !tells {
		waiting.retry = errors.New(waiting.seen.Message)
	}
	return waiting
}

// tailor is the object as it should be in one cluster.
func (c *Controller) tailor(ctx context.Context, member federation.Cluster, j job) (*unstructured.Unstructured, error) {
	want, err := c.Overrider.Override(ctx, j.base, member, j.intent.Overrides)
	if err != nil || want == j.base {
		return want, err
	}
	if KeyOf(want) != j.intent.Key || want.GetKind() != j.base.GetKind() {
		return nil, fmt.Errorf("overrides for cluster %q make the object %s %s; kind, name and namespace cannot be overridden",
			member.Name, want.GetKind(), KeyOf(want))
	}
	setManaged(want)
	return want, nil
}

func (c *Controller) tellRegained(in Intent, name federation.ClusterName, fields []Taken) {
	recorder, ok := c.Ledger.(Recorder)
	if !ok || len(fields) == 0 {
		return
	}
	recorder.Record(in, Event{Type: corev1.EventTypeWarning, Reason: "DriftCorrected",
		Message: fmt.Sprintf("cluster %s: set back %s", name, Describe(fields))})
}

func notReady(member federation.Cluster, hold bool) *Problem {
	state := status.ClusterNotReady
	if !hold {
		state = status.WaitingForRemoval
	}
	reason := member.Message
	if reason == "" {
		reason = "no reason known"
	}
	return Problemf(state, RetryOnChange, "the cluster is not ready (%s); it is brought up to date when it returns", reason)
}

func blockedBy(name federation.ClusterName, p *Problem) finding {
	return finding{phase: blocked, blind: blind(p.State) && !p.Lacking,
		seen: status.Observation{Cluster: name, State: p.State, Message: p.Error()}}
}

// failed judges an error of the Propagator; state and late are for one that
// says nothing of itself.
func failed(name federation.ClusterName, err error, state, late status.State) finding {
	problem, explains := errors.AsType[*Problem](err)
	switch {
	case explains:
	case errors.Is(err, context.DeadlineExceeded):
		problem = Problemf(late, RetryLater, "no answer in time; it is tried again: %w", err)
		problem.Pressed = true
	default:
		problem = Problemf(state, RetryLater, "%w", err)
	}
	f := blockedBy(name, problem)
	f.passing = problem.Passing || problem.Pressed
	if problem.Pressed {
		f.effort = pressed
	}
	switch {
	case problem.Retry == RetryLater:
		f.phase, f.retry = open, err
	case f.blind, problem.State == status.WaitingForKind:
		f.phase = open // it will be seen soon, or the report's patience ends
	}
	f.silent = f.blind || problem.State == late
	return f
}

// blind says of a state that it tells nothing about the copy, only that it
// cannot be seen now.
func blind(s status.State) bool {
	return s == status.ClusterNotReady || s == status.CachedRetrievalFailed || s == status.ClientRetrievalFailed
}

// job returns what the cluster has to do, and false when that is nothing.
func (o *object) job(name federation.ClusterName) (job, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	if t == nil || o.frozen || t.gated {
		return job{}, false
	}
	t.begun = time.Now()
	j := job{intent: o.intent, base: o.base, hold: t.hold}
	if !t.since.IsZero() {
		j.waited = time.Since(t.since)
	}
	return j, true
}

// note takes over a finding, unless the plan has changed since: then the lane
// looks again anyway. It says whether what failed for a reason of the cluster
// went well this time.
func (o *object) note(name federation.ClusterName, j job, f finding) (recovered bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	if t == nil || t.hold != j.hold || o.intent.Parent != j.intent.Parent || o.intent.Generation != j.intent.Generation {
		return false
	}
	recovered = t.passing && f.effort == served
	t.learn(f)
	switch {
	case f.phase == settled && j.hold:
		t.fine, t.good = j.intent.Generation, f.seen
	case !f.blind:
		t.fine, t.good = 0, status.Observation{}
	}
	if !o.busyLocked() {
		o.busyFrom = time.Time{}
	}
	return recovered
}

// learn takes over how a task went.
func (t *task) learn(f finding) {
	if t.seen.Cluster == "" || t.seen.State != f.seen.State {
		t.since = time.Now()
	}
	t.phase, t.seen, t.absent, t.blind, t.stale = f.phase, f.seen, f.absent, f.blind, t.begun.IsZero()
	t.awaits, t.passing = f.awaits, f.passing
	switch {
	case !f.silent:
		t.silent = time.Time{}
	case t.silent.IsZero():
		t.silent = time.Now()
	}
}

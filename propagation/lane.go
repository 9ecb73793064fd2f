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
	ctx, done := l.untilAsleep(ctx)
	defer done()
	ctx, span := c.begin(ctx, Step{Work: Carrying, Key: key, Cluster: l.name}, o)
	found, met := c.try(ctx, l, o, trial{job: j, member: member})
	endCarrying(span, j.intent, found, met)
	return found.effort, found.retry
}

// trial is a job and the member that it is for, as the loop last saw it.
type trial struct {
	job
	member federation.Cluster
}

// try makes one attempt and has what waits for its finding look again. It also
// returns how long a change took that is everywhere now.
func (c *Controller) try(ctx context.Context, l *lane, o *object, t trial) (found finding, met time.Duration) {
	now, _ := c.Registry.Snapshot().Get(l.name)
	began := time.Now()
	found = c.attempt(ctx, worst(t.member, now), t.job)
	if ctx.Err() != nil && worst(t.member, now).Ready {
		found.effort, found.retry = none, nil
		return found, 0 // all ends, or the cluster went: then the loop that saw it wakes the lane
	}
	if t.member.Ready && !now.Ready {
		found.retry = errors.New("the member's readiness changed just now") // the loop that wakes lanes may never see it
	}
	if time.Since(began) < c.Timeout {
		l.moved.Store(time.Now().UnixNano())
	}
	key := t.intent.Key
	learned := o.note(l.name, t.job, found)
	switch {
	case learned.recovered:
		c.wakeSoon(l)
	case found.passing:
		l.tryOut(key)
	}
	if learned.idle {
		c.reports.AddAfter(key, c.Interval/2) // it may come back by itself
	} else {
		c.reports.Add(key)
	}
	return found, learned.met
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
	if j.intent.rests() {
		return c.lookAt(ctx, trial{job: j, member: member})
	}
	if !member.Ready {
		return away(trial{job: j, member: member})
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
		f := failed(member.Name, err, status.UpdateFailed, status.UpdateTimedOut)
		f.regained, f.seen.Vitals = len(out.Regained), out.Vitals
		return f
	}
	c.left.clear(j.intent.Key, member.Name, c.left.removals(j.intent.Key)) // it is of this parent by now
	return finding{action: out.Action, regained: len(out.Regained), phase: settled, seen: observed(member.Name, out), effort: effortOf(out)}
}

// away is the finding about a member that is not ready.
func away(t trial) finding {
	f := blockedBy(t.member.Name, notReady(t.member, t.hold))
	f.silent = true
	return f
}

// observed is the observation of a copy that is as it should be.
func observed(name federation.ClusterName, out Outcome) status.Observation {
	held := status.Observation{Cluster: name, Remote: out.Status, Vitals: out.Vitals}
	if len(out.Yielded) > 0 {
		held.Message = "left to others: " + Describe(out.Yielded)
	}
	return held
}

// holding completes the intent's.
func (j job) holding() Holding {
	how := j.intent.Holding
	how.Parent, how.Again = j.intent.Parent, j.intent.Reconcile
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
	return finding{action: Absent, phase: settled, absent: true}
}

// removing is the finding of a copy that was told to go and is still there.
func (c *Controller) removing(name federation.ClusterName, e effort) finding {
	waiting := finding{action: Removing, effort: e, seen: status.Observation{Cluster: name, State: status.WaitingForRemoval,
		Message: "the copy is being deleted; a finalizer on it, or its dependents, may hold it up"}}
	if _, tells := c.Propagator.(Observer); !tells {
		waiting.retry = errors.New(waiting.seen.Message)
	}
	return waiting
}

func (c *Controller) tellRegained(in Intent, name federation.ClusterName, fields []Taken) {
	recorder, ok := c.Ledger.(Recorder)
	if !ok || len(fields) == 0 {
		return
	}
	recorder.Record(in, Event{Type: corev1.EventTypeWarning, Reason: "DriftCorrected",
		Message: fmt.Sprintf("cluster %s: set back %s", name, Describe(fields))})
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

package propagation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// report tells the Ledger how one object fares: once all clusters have
// answered, or when patience with them ends, and no more often than the
// interval allows. It says nothing when nothing changed, and releases a deleted
// declaration when no copy is left.
func (c *Controller) report(ctx context.Context, key Key) error {
	if err := c.tidy(ctx, key); err != nil {
		return err
	}
	o := c.objects.find(key)
	if o == nil {
		return nil
	}
	c.stage(ctx, key, o)
	d := o.draft(time.Now(), c.Options, c.lanes.moved)
	switch {
	case d.released && d.intent.stray:
		c.objects.retire(key, d.intent.Parent)
		return nil
	case d.released:
		return c.release(ctx, d.intent)
	case d.intent.stray:
		return nil // there is nobody to tell
	case len(d.silent) > 0 && d.letGoIn <= 0:
		return c.letGo(ctx, d)
	case d.wait > 0:
		c.reports.AddAfter(key, d.wait)
		return nil
	}
	summary := c.Aggregator.Aggregate(d.facts)
	if !status.Equal(summary, d.reported) {
		if err := c.writeDown(ctx, o, d.intent, summary); err != nil {
			return fmt.Errorf("report %s: %w", key, err)
		}
		c.tell(o, d.intent, change{d.reported, summary})
		o.noteReported(d.intent.Parent, summary, time.Now())
		if d.intent.Rollout != nil {
			c.reports.Add(key) // what was released is written down: it may go
		}
	}
	if o.owes() {
		c.tell(o, d.intent, change{summary, summary})
	}
	c.tellRenewed(o, d.intent)
	o.rest()
	if len(d.silent) > 0 {
		c.reports.AddAfter(key, d.letGoIn)
	}
	return nil
}

// writeDown has the Ledger report a summary.
func (c *Controller) writeDown(ctx context.Context, o *object, in Intent, s status.Summary) error {
	ctx, span := c.begin(ctx, Step{Work: Reporting, Key: in.Key}, o)
	err := c.Ledger.Report(ctx, in, s)
	end(span, in, err)
	return err
}

// draft is what there is to report.
type draft struct {
	intent   Intent
	facts    status.Facts
	reported status.Summary
	released bool          // the declaration is being deleted and no copy is left
	wait     time.Duration // until the report may be made; 0 is now

	silent  []federation.ClusterName // all that the deletion waits for, when it may be let go of
	letGoIn time.Duration            // until then
}

func (o *object) draft(now time.Time, options Options, moved func(federation.ClusterName) time.Time) draft {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.reported == nil {
		return draft{wait: options.Interval} // it is being planned for the first time
	}
	d := draft{intent: o.intent, reported: *o.reported}
	d.released = o.intent.Deleting && !o.frozen && !o.anyLeftLocked()
	if o.intent.Deleting && !o.frozen && options.Archive != nil && options.LetGoAfter > 0 {
		d.silent, d.letGoIn = o.silentLocked(now, options.LetGoAfter)
	}
	d.wait = max(options.Interval-now.Sub(o.reportAt), 0)
	for name, t := range o.tasks {
		if t.phase == open {
			d.wait = max(d.wait, o.patientUntilLocked(t, moved(name), options.patience(name)).Sub(now))
		}
	}
	d.facts = o.factsLocked()
	return d
}

// factsLocked are what is known of an object that was planned.
func (o *object) factsLocked() status.Facts {
	facts := status.Facts{Generation: o.intent.Generation, Placement: o.problem, Rollout: o.unroll, Suspended: o.intent.suspension(), Lacks: o.intent.Lacks}
	for name, t := range o.tasks {
		if !t.absent {
			facts.Observations = append(facts.Observations, t.amid(o.observeLocked(name, t)))
		}
	}
	if o.frozen && len(o.tasks) == 0 {
		facts.Observations = o.reported.Clusters // nothing was looked at: what was known stays
	}
	return facts
}

// maxQueued is how many times its patience a report waits at the most for a
// cluster that works off its queue and has not come to the object yet.
const maxQueued = 15

// patientUntilLocked is how long the report waits for an open task. A cluster
// that has many objects to go and gets on with them is not late: patience counts
// from when it was last done with another, began with this one, or first gave the
// answer that it gives. What waits for its namespace to be carried is not late
// until it gives that up.
func (o *object) patientUntilLocked(t *task, moved time.Time, patience time.Duration) time.Time {
	from := moved
	switch {
	case t.awaits:
		from = t.since.Add(mostAwait - patience)
	case t.begun.IsZero(): // in the queue
	case t.seen != nil && !t.stale: // to be tried again, or to end by itself
		from = t.since
	default:
		from = t.begun
	}
	if from.Before(o.busyFrom) {
		from = o.busyFrom
	}
	if limit := o.busyFrom.Add((maxQueued - 1) * patience); from.After(limit) {
		from = limit
	}
	return from.Add(patience)
}

func (o *object) anyLeftLocked() bool {
	for _, t := range o.tasks {
		if !t.absent {
			return true
		}
	}
	return false
}

// observeLocked is what is known of a cluster. One that cannot be seen now is
// taken to hold what it was last seen or reported to hold for this generation,
// and that to fare as it did.
func (o *object) observeLocked(name federation.ClusterName, t *task) status.Observation {
	seen := o.sightLocked(name, t)
	seen.Vitals = o.vitalsLocked(name, t)
	return seen
}

// vitalsLocked are those of the copy in a cluster; of one that is to go they are
// no news.
func (o *object) vitalsLocked(name federation.ClusterName, t *task) status.Vitals {
	reported := slices.IndexFunc(o.reported.Clusters, func(s status.Observation) bool { return s.Cluster == name })
	switch {
	case !t.hold:
		return status.Vitals{}
	case t.vitals != nil:
		return *t.vitals
	case (t.seen == nil || t.blind) && reported >= 0:
		return o.reported.Clusters[reported].Vitals
	}
	return status.Vitals{}
}

func (o *object) sightLocked(name federation.ClusterName, t *task) status.Observation {
	unseen := t.seen == nil || t.blind
	switch reported, known := o.reportedForLocked(name); {
	case unseen && t.hold && t.fine == o.intent.Generation:
		return t.good.in(name)
	case unseen && t.hold && known && (reported.State == status.OK || underRollout(reported.State) || t.seen == nil && blind(reported.State)):
		return reported
	case t.seen != nil:
		return t.seen.in(name)
	default:
		return status.Observation{Cluster: name, State: o.lateLocked(name, t), Message: "the cluster has not answered yet"}
	}
}

// lateLocked is the word for a cluster that has not answered: by whether the
// object was reported from there before.
func (o *object) lateLocked(name federation.ClusterName, t *task) status.State {
	known := slices.ContainsFunc(o.reported.Clusters, func(s status.Observation) bool { return s.Cluster == name })
	switch {
	case !t.hold:
		return status.DeletionTimedOut
	case known:
		return status.UpdateTimedOut
	default:
		return status.CreationTimedOut
	}
}

// noteReported remembers what was reported, unless another parent declares the
// object by now.
func (o *object) noteReported(parent types.UID, s status.Summary, at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.intent.Parent == parent {
		o.reported, o.reportAt = &s, at
	}
}

package propagation

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// Suspended is the reason of the conditions Applied and Ready while an intent is
// suspended, and of the event when that begins. The event at its end is Resumed.
const (
	Suspended = "Suspended"
	Resumed   = "Resumed"
)

// A Rester is a [Propagator] that has others act in the clusters, without being
// asked again, and so has to tell them that they should not.
type Rester interface {
	// Rest has a cluster leave a copy as it is, until Apply or Remove is called for it
	// again. Where nobody acts, or rests already, it does nothing. It sends no request
	// itself, and may be called concurrently.
	Rest(cluster federation.ClusterName, key Key) error
}

// rests says that nothing is changed in any member. A deletion is a wish of its own.
func (in Intent) rests() bool { return in.Suspended && !in.Deleting }

// lookAt is an attempt for an intent that is suspended: it finds out how the cluster
// fares, from memory, and changes nothing there. Who acts there by himself is told not
// to, also where he will hear of that later.
func (c *Controller) lookAt(ctx context.Context, t trial) finding {
	name := t.member.Name
	var refused error
	if rester, ok := c.Propagator.(Rester); ok {
		refused = rester.Rest(name, t.intent.Key)
	}
	switch {
	case !t.member.Ready:
		return away(t)
	case refused != nil:
		return failed(name, refused, status.CachedRetrievalFailed, status.CachedRetrievalFailed)
	}
	want, err := t.base, error(nil)
	if t.hold {
		want, err = c.tailor(ctx, t.member, t.job)
	}
	if err != nil {
		return blockedBy(name, Problemf(status.ApplyOverridesFailed, RetryOnChange, "%w", err))
	}
	viewer, sees := c.Propagator.(Viewer)
	if !sees {
		f := blockedBy(name, Problemf(status.WaitingForResume, RetryOnChange, "it is suspended, and what the cluster holds cannot be told"))
		f.blind = true
		return f
	}
	sight, err := viewer.View(name, want, t.holding())
	if err != nil {
		return failed(name, err, status.CachedRetrievalFailed, status.CachedRetrievalFailed)
	}
	return c.judge(t, sight)
}

// judge is the finding about what is seen in a cluster while nothing is changed there.
func (c *Controller) judge(t trial, s Sight) finding {
	name := t.member.Name
	if !t.hold && slices.Contains(c.holders(t.intent.Key), name) {
		s.Held = true // it was to go already
	}
	s.Held = s.Held && c.mayBeOurs(s, t.intent)
	if !t.hold {
		return lookedAway(name, s)
	}
	return lookedAt(name, s)
}

// mayBeOurs says of what is seen in a cluster whether it may be a copy of ours.
func (c *Controller) mayBeOurs(s Sight, in Intent) bool {
	return s.Parent == "" || slices.ContainsFunc(c.removals(in), func(how Removal) bool { return how.Owns(s.Parent) })
}

// lookedAt is the finding about a copy that should be there.
func lookedAt(name federation.ClusterName, s Sight) finding {
	switch {
	case s.Held && s.Wanted:
		return finding{action: Unchanged, phase: settled, seen: s.observed(name)}
	case s.Held:
		f := blockedBy(name, Problemf(status.WaitingForResume, RetryOnChange, "it holds another version, and is left as it is while the object is suspended"))
		f.seen.Remote, f.seen.Vitals = s.Status, s.Vitals
		return f
	}
	return blockedBy(name, Problemf(status.WaitingForResume, RetryOnChange, "it holds no copy, and gets none while the object is suspended"))
}

// lookedAway is the finding about a copy that should not be there.
func lookedAway(name federation.ClusterName, s Sight) finding {
	if !s.Held {
		return finding{action: Absent, phase: settled, absent: true}
	}
	return blockedBy(name, Problemf(status.WaitingForRemoval, RetryOnChange, "the copy stays while the object is suspended"))
}

// suspension is what is said of an intent that is suspended.
func (in Intent) suspension() status.Problem {
	if !in.rests() {
		return status.Problem{}
	}
	return status.Problem{Reason: Suspended, Message: "it is suspended: nothing is created, changed or removed in any cluster"}
}

// tellSuspended records an event when a suspension begins, and when it ends.
func tellSuspended(recorder Recorder, in Intent, ch change) {
	switch was, is := isSuspended(ch.before), isSuspended(ch.now); {
	case is && !was:
		recorder.Record(in, Event{Type: corev1.EventTypeNormal, Reason: Suspended, Message: in.suspension().Message})
	case was && !is && !in.Suspended && !in.Deleting:
		recorder.Record(in, Event{Type: corev1.EventTypeNormal, Reason: Resumed, Message: "it is carried again"})
	}
}

// isSuspended says whether a summary is of an object that was suspended.
func isSuspended(s status.Summary) bool {
	return slices.ContainsFunc(s.Conditions, func(c status.Condition) bool { return c.Reason == Suspended && c.Status == "False" })
}

package propagation

import (
	"context"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// Telemetry is told what a [Controller] does, for metrics and traces. What it
// makes of that is its own affair: the Controller never waits for it, so it must
// not block, and it cannot fail. It is called concurrently, from many goroutines,
// and one Telemetry may serve the Controllers of several types.
type Telemetry interface {
	// Begin is told that a step begins. The step is done in the context that it
	// returns, which is ctx or made of it; a Propagator that speaks HTTP hands it
	// to its transport. End of the Span, which must not be nil, is called once,
	// when the step has ended.
	Begin(ctx context.Context, s Step) (context.Context, Span)
}

// A Span is one step that is under way.
type Span interface{ End(r Result) }

// Step is a piece of work on one object.
type Step struct {
	Work    Work
	Loop    string // the Name of the Controller's Options, which tells types apart
	Key     Key
	Cluster federation.ClusterName // for Carrying; else empty
	// Of is the Span, ended or not, of the step that this one goes back to; nil
	// when it goes back to none. What a plan leads to, until the object is at
	// rest again, goes back to that plan; what a change in a member leads to, such
	// as a drift that is set right, to the first attempt that was made of it.
	Of Span
}

// Work is what a step is for.
type Work string

// The works.
const (
	Planning  Work = "plan"   // to decide which clusters should hold the object
	Carrying  Work = "carry"  // to make one cluster hold it, or not hold it: one attempt
	Reporting Work = "report" // to write down how it fares, or that it is gone
)

// Result is how a step went.
type Result struct {
	// Kind and Generation are those of the intent; zero when there was none.
	Kind       string
	Generation int64
	// Err is why the step is done again later; nil when it went well, or when
	// nothing but a change would help. For Carrying it is told in State too.
	Err error

	// The rest is for Carrying alone.

	Action   Action       // the zero Action is none
	State    status.State // how the object fares in the cluster after it
	Regained int          // fields of ours that somebody else had taken, set back now
	// Everywhere is the time from when the Controller first saw a change of the
	// declaration until the last cluster was as the change asks for, if this step
	// made the last one so; else 0. A change that another overtakes counts from
	// the first of them.
	Everywhere time.Duration
}

// Telemetries tells all of several. Those that are nil are left out; nil is
// returned when there is none.
func Telemetries(all ...Telemetry) Telemetry {
	var some several
	for _, t := range all {
		if t != nil {
			some = append(some, t)
		}
	}
	switch len(some) {
	case 0:
		return nil
	case 1:
		return some[0]
	}
	return some
}

type several []Telemetry

// Begin implements [Telemetry].
func (all several) Begin(ctx context.Context, s Step) (context.Context, Span) {
	of, _ := s.Of.(spans) // nil when the step goes back to none
	made := make(spans, len(all))
	for i, t := range all {
		if s.Of = nil; of != nil {
			s.Of = of[i]
		}
		ctx, made[i] = t.Begin(ctx, s)
	}
	return ctx, made
}

type spans []Span

// End implements [Span].
func (all spans) End(r Result) {
	for _, s := range all {
		s.End(r)
	}
}

// begin tells of a step with an object, if there is anybody to tell. The Span is
// nil when there is not. The first step of an episode is what the others go back
// to; the object is nil when it is not known yet.
func (c *Controller) begin(ctx context.Context, s Step, o *object) (context.Context, Span) {
	if c.Telemetry == nil {
		return ctx, nil
	}
	s.Loop = c.Name
	if o == nil {
		return c.Telemetry.Begin(ctx, s)
	}
	o.mu.Lock()
	s.Of = o.cause
	o.mu.Unlock()
	ctx, span := c.Telemetry.Begin(ctx, s)
	if s.Of == nil {
		o.causedBy(span)
	}
	return ctx, span
}

// end tells how a step for an intent went.
func end(s Span, in Intent, err error) {
	if s != nil {
		s.End(resultOf(in, err))
	}
}

// endCarrying tells how an attempt went.
func endCarrying(s Span, in Intent, f finding, met time.Duration) {
	if s == nil {
		return
	}
	r := resultOf(in, f.retry)
	r.Action, r.State, r.Regained, r.Everywhere = f.action, f.seen.State, f.regained, met
	s.End(r)
}

// causedBy has the steps that follow go back to that one.
func (o *object) causedBy(s Span) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cause = s
}

// rest has the next step begin anew, unless the object is still being worked on.
func (o *object) rest() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.busyLocked() {
		o.cause = nil
	}
}

// resultOf is that of a step for an intent.
func resultOf(in Intent, err error) Result {
	r := Result{Generation: in.Generation, Err: err}
	if in.Template != nil {
		r.Kind = in.Template.GetKind()
	}
	return r
}

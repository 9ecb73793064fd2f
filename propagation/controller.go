package propagation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/status"
)

// Options are what a [Controller] is made of. The first four are required.
type Options struct {
	Registry   federation.Registry
	Source     Source
	Ledger     Ledger
	Propagator Propagator

	Placer     placement.Placer    // default: KubeFed's rules, without a policy
	Overrider  overrides.Overrider // default: JSON patches with KubeFed's laxity
	Aggregator status.Aggregator   // default: KubeFed's condition, and Ready
	LossGuard  LossGuard           // default: MostAtOnce

	// Planners and Reporters are how many objects are planned and reported at a
	// time; default 8.
	Planners, Reporters int
	// Writers are how many objects are written at a time to one cluster at the
	// most; default 32. Every cluster has its own.
	Writers int
	// Pace says how many of them a cluster can take. Controllers that write to
	// the same clusters should share one; nil is one of its own.
	Pace *Pace
	// Timeout bounds one Apply or Remove; default 10s.
	Timeout time.Duration
	// Patience is how long a report waits for clusters that have not answered
	// yet; default 2s. Then it says so, and follows up when they do. A cluster
	// that is busy with other objects gets up to fifteen times as long, and one of
	// which an Estimator says so what that says.
	Patience time.Duration
	// Interval is the least time between two reports of one object; default 1s. A
	// report of nothing but how copies fare comes half of it after the first of them
	// changed: what is as it was by then is not told.
	Interval time.Duration
	// Backoff and MaxBackoff bound the time between two tries of what failed;
	// default 200ms and 30s. What failed for a reason that goes away is tried
	// at once when that is noticed.
	Backoff, MaxBackoff time.Duration

	// LetGoAfter is how long a deletion waits for clusters that cannot be reached;
	// default 10m, and negative is for ever. Then the declaration is let go of,
	// and the copies are removed when the clusters can be reached again. The time
	// counts from when the Controller first tried in vain. Without an Archive
	// there is no letting go: nobody would know of the copies after a restart.
	LetGoAfter time.Duration
	// Archive keeps what is left behind then; nil is none. The ready-made one is
	// in package propagation/archive.
	Archive Archive

	// Telemetry is told what the Controller does, for metrics and traces; nil is
	// nobody, and costs nothing.
	Telemetry Telemetry

	// OnOutcome is told what each Apply and each Remove came to, concurrently; nil
	// drops that. It must not block.
	OnOutcome func(at Change, out Outcome, err error)

	// Name tells this controller's queues from others' in metrics and logs.
	Name string
	// Metrics counts what goes through the queues; default the process's own, if
	// workqueue.SetProvider was called.
	Metrics workqueue.MetricsProvider
	Logger  logr.Logger // the zero Logger discards
}

func (o Options) validate() error {
	var errs []error
	for name, missing := range map[string]bool{
		"Registry": o.Registry == nil, "Source": o.Source == nil,
		"Ledger": o.Ledger == nil, "Propagator": o.Propagator == nil,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("propagation: Options.%s is required", name))
		}
	}
	return errors.Join(errs...)
}

func (o Options) withDefaults() Options {
	if o.Placer == nil {
		o.Placer = placement.Selector{}
	}
	if o.Overrider == nil {
		o.Overrider = overrides.JSONPatch{}
	}
	if o.Aggregator == nil {
		o.Aggregator = status.KubeFed{}
	}
	if o.OnOutcome == nil {
		o.OnOutcome = func(Change, Outcome, error) {}
	}
	if o.LossGuard == nil {
		o.LossGuard = MostAtOnce{}
	}
	o.Planners = cmp.Or(o.Planners, 8)
	o.Reporters = cmp.Or(o.Reporters, 8)
	o.Writers = cmp.Or(o.Writers, 32)
	if o.Pace == nil {
		o.Pace = NewPace(Bounds{})
	}
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.Patience = cmp.Or(o.Patience, 2*time.Second)
	o.Interval = cmp.Or(o.Interval, time.Second)
	o.LetGoAfter = cmp.Or(o.LetGoAfter, 10*time.Minute)
	o.Backoff = cmp.Or(o.Backoff, 200*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 30*time.Second)
	return o
}

// Controller keeps the objects of one type where they should be. It is three
// loops, each a queue of keys:
//
//	plan    one queue: which clusters should hold the object, which may already
//	lane    a queue for each cluster: make that one cluster hold it, or not
//	report  one queue: tell the Ledger how the object fares
//
// An event never says what to do, only which key to look at again, so a missed
// or doubled one does no harm. A cluster that is slow or dead fills its own
// lane and nobody else's.
type Controller struct {
	Options
	plans   queue
	reports queue
	objects objects
	lanes   lanes

	released released
	left     leftovers
}

// New makes a Controller and starts nothing. An error names every required
// option that is missing.
func New(o Options) (*Controller, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	c := &Controller{Options: o}
	c.plans = c.newQueue("plan")
	c.reports = c.newQueue("report")
	return c, nil
}

// Start keeps going until ctx ends, and returns when all that it started has
// ended. It may be called once. The error is the Source's or the Observer's;
// the end of ctx is none.
func (c *Controller) Start(ctx context.Context) error {
	host := ctx
	ctx, stop := context.WithCancelCause(logr.NewContext(ctx, c.log()))
	defer stop(nil)
	var running sync.WaitGroup
	watch := func(what string, run func() error) {
		running.Go(func() {
			if err := run(); err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	if o, ok := c.Propagator.(Observer); ok {
		watch("observe members", func() error { return o.Observe(ctx, c.copyChanged) })
	}
	watch("watch intents", func() error { return c.Source.Watch(ctx, c.plans.Add) })
	running.Go(func() { c.recall(ctx) })
	running.Go(func() { c.followMembers(ctx, &running) })
	<-ctx.Done()
	c.plans.ShutDown()
	c.reports.ShutDown()
	c.lanes.shutDown()
	running.Wait()
	if host.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// followMembers starts the loops as soon as the members are known, and then
// looks again at whatever a change of the members may concern.
func (c *Controller) followMembers(ctx context.Context, running *sync.WaitGroup) {
	started := false
	for members := range c.Registry.Watch(ctx) {
		change := c.lanes.follow(ctx, members, c.newLane)
		for _, name := range change.left {
			c.Pace.forget(name)
		}
		for _, l := range change.started {
			quiet := c.log().WithValues("cluster", l.name, "work", Carrying).V(1) // what fails in a member is in the status
			running.Go(func() { c.serve(logr.NewContext(ctx, quiet), l) })
		}
		if !started {
			started = true
			for range c.Planners {
				running.Go(func() { c.plans.each(c.logging(ctx, Planning), c.plan) })
			}
			for range c.Reporters {
				running.Go(func() { c.reports.each(c.logging(ctx, Reporting), c.report) })
			}
			continue // every intent comes from the Source by itself
		}
		if change.membership {
			c.objects.each(func(k Key, _ *object) { c.plans.Add(k) })
		}
		for _, name := range change.reconnected {
			c.objects.each(func(_ Key, o *object) { o.doubt(name) })
		}
		for _, name := range change.woken {
			c.wake(name)
		}
	}
}

// log says of which type it speaks.
func (c *Controller) log() logr.Logger {
	if c.Name == "" {
		return c.Logger
	}
	return c.Logger.WithValues("type", c.Name)
}

// logging is a context whose log says for what an object was looked at.
func (c *Controller) logging(ctx context.Context, w Work) context.Context {
	return logr.NewContext(ctx, c.log().WithValues("work", w))
}

// copyChanged is where all that is seen in the members ends.
func (c *Controller) copyChanged(change Change) {
	switch l, known := c.lanes.get(change.Cluster); {
	case !known: // not a member any more, or not yet: planning comes with it
	case change.Key == Key{}:
		c.wake(change.Cluster)
	case c.objects.stir(change.Key, change.Cluster):
		l.queue.Add(change.Key)
	default:
		c.plans.Add(change.Key)
	}
}

// wake looks again at everything that waits for a cluster, whatever its
// back-off.
func (c *Controller) wake(name federation.ClusterName) {
	l, known := c.lanes.get(name)
	if !known {
		return
	}
	c.wakeIn(l, func(o *object) bool { return o.waitsFor(name) })
}

// wakeIn looks again, in one lane, at every object that waits in that sense,
// whatever its back-off.
func (c *Controller) wakeIn(l *lane, waits func(*object) bool) {
	c.objects.each(func(k Key, o *object) {
		if waits(o) {
			l.queue.Forget(k)
			l.queue.Add(k)
		}
	})
}

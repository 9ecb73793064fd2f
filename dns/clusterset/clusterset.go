// Package clusterset makes the services that members export into services of the
// whole federation, as the Multi-Cluster Services API has it (KEP-1645,
// multicluster.x-k8s.io/v1beta1).
//
//	c, err := clusterset.New(clusterset.Options{
//		Clusters: registry,
//		Propagator: func(t federation.Type) (propagation.Propagator, error) {
//			return push.New(push.Options{Clusters: registry, Type: t, FieldManager: "clusterset", Adoption: push.Refuse})
//		},
//	})
//	err = c.Start(ctx)
//
// A service is exported by every member that has a ServiceExport, and a Service, of
// that name. Then every member that has the namespace and the kind ServiceImport gets
//
//   - a ServiceImport of the same name, for people and DNS servers,
//   - a Service that is derived from it, [DerivedName], whose address the import has,
//   - the EndpointSlices of all members that export it, for kube-proxy,
//
// so that pods reach the pods of every member where the network between members is
// flat: addresses of pods have to mean the same everywhere. A service without an
// address (headless) has no derived Service.
//
// [Merge] says what the exports of many members come to, without any client. What
// is to be in members is carried by the loop of package propagation. The credentials
// of the federation need, in each member: list and watch of serviceexports,
// serviceimports, services, endpointslices and namespaces; get, create, patch and
// delete of serviceimports, services and endpointslices; and patch of the status of
// serviceexports and serviceimports.
package clusterset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what a [Controller] is made of. The first two are required.
type Options struct {
	Clusters Clusters
	// Propagator makes what carries the objects of a type to members; it is asked once
	// for each of [Imports], [Services] and [Slices]. It should refuse to adopt what
	// is there already, for that is somebody else's.
	Propagator func(t federation.Type) (propagation.Propagator, error)

	// Federation tells what this federation makes from what another one makes in the
	// same member; default "fedrail". It has to be the value of a label, and to stay
	// the same.
	Federation string
	// KeepFor is how long the endpoints of a member that is not ready stay in the
	// others; default 5m. It counts from when the member stopped being ready, as far
	// as the registry knows. Its export stays until it leaves the federation. It is
	// also how long a new process waits for members that it cannot see, before it
	// decides without them.
	KeepFor time.Duration

	// Telemetry is told what is carried to members; nil is nobody.
	Telemetry propagation.Telemetry
	Logger    logr.Logger // the zero Logger discards
}

func (o Options) withDefaults() Options {
	o.Federation = cmp.Or(o.Federation, "fedrail")
	o.KeepFor = cmp.Or(o.KeepFor, 5*time.Minute)
	return o
}

func (o Options) validate() error {
	var errs []error
	if o.Clusters == nil {
		errs = append(errs, errors.New("clusterset: Options.Clusters is required"))
	}
	if o.Propagator == nil {
		errs = append(errs, errors.New("clusterset: Options.Propagator is required"))
	}
	for _, wrong := range validation.IsValidLabelValue(o.Federation) {
		errs = append(errs, fmt.Errorf("clusterset: Options.Federation %q: %s", o.Federation, wrong))
	}
	if o.KeepFor < 0 {
		errs = append(errs, errors.New("clusterset: Options.KeepFor is negative"))
	}
	return errors.Join(errs...)
}

// Controller keeps the services of the federation in its members. Make one with
// [New].
type Controller struct {
	Options
	queue  workqueue.TypedInterface[propagation.Key] // of services to be decided on
	world  *world
	scribe *scribe
	// imports, services and slices are what there should be, and loops carry it.
	imports, services, slices *catalogue
	loops                     []*propagation.Controller
}

// New makes a Controller. It starts nothing. An error names every option that is
// wrong.
func New(o Options) (*Controller, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	c := &Controller{Options: o, queue: workqueue.NewTyped[propagation.Key]()}
	c.world = newWorld(o, c.queue.Add)
	c.scribe = newScribe(c.world, o.Logger)
	pace := propagation.NewPace(propagation.Bounds{})
	for _, of := range []struct {
		kind federation.Type
		into **catalogue
	}{{Imports(), &c.imports}, {Services(), &c.services}, {Slices(), &c.slices}} {
		*of.into = newCatalogue(of.kind, o.Federation, c.world)
		loop, err := c.newLoop(*of.into, pace)
		if err != nil {
			return nil, fmt.Errorf("clusterset: %s: %w", of.kind, err)
		}
		c.loops = append(c.loops, loop)
	}
	return c, nil
}

// newLoop makes what carries the objects of a catalogue.
func (c *Controller) newLoop(of *catalogue, pace *propagation.Pace) (*propagation.Controller, error) {
	carrier, err := c.Propagator(of.kind)
	if err != nil {
		return nil, err
	}
	return propagation.New(propagation.Options{
		Registry: c.Clusters, Source: of, Ledger: of, Propagator: carrier,
		Overrider: tailor{}, Aggregator: plain{}, LossGuard: propagation.AnyLoss{}, Pace: pace,
		Telemetry: c.Telemetry, Name: "clusterset." + of.kind.Resource, Logger: c.Logger,
	})
}

// deciders are how many services are decided on at a time.
const deciders = 4

// Start keeps going until ctx ends, and returns when all that it started has ended.
// It may be called once. The end of ctx is no error.
func (c *Controller) Start(ctx context.Context) error {
	host := ctx
	ctx, stop := context.WithCancelCause(logr.NewContext(ctx, c.Logger))
	defer stop(nil)
	var running sync.WaitGroup
	for _, loop := range c.loops {
		running.Go(func() {
			if err := loop.Start(ctx); err != nil {
				stop(err)
			}
		})
	}
	news := make(chan struct{}, 1)
	running.Go(func() { c.scribe.run(ctx, news) })
	running.Go(func() { c.world.follow(ctx, func() { c.settled(news) }) })
	for range deciders {
		running.Go(c.decideAll)
	}
	<-ctx.Done()
	c.queue.ShutDown()
	running.Wait()
	if host.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// settled is called when more may be known than before.
func (c *Controller) settled(news chan<- struct{}) {
	select {
	case news <- struct{}{}:
	default:
	}
	c.answer()
}

// answer has the loops ask again what was not known when they asked.
func (c *Controller) answer() {
	for _, of := range []*catalogue{c.imports, c.services, c.slices} {
		of.answer()
	}
}

func (c *Controller) decideAll() {
	for {
		service, closed := c.queue.Get()
		if closed {
			return
		}
		if err := c.decide(service); err != nil {
			c.Logger.Error(err, "cannot decide on a service", "namespace", service.Namespace, "name", service.Name)
		}
		c.queue.Done(service)
	}
}

// decide looks at one service: what it should be in each member, and what is to be
// said of it there. It writes to no member.
func (c *Controller) decide(service propagation.Key) error {
	s, change, pending := c.world.scene(service)
	if !pending {
		return nil
	}
	s.made, s.fares = c.slices.wishes(service), fares{
		imported: c.imports.fares(service)[service.Name],
		service:  c.services.fares(service)[DerivedName(service.Name)],
		slices:   c.slices.fares(service),
	}
	d, err := s.decide(time.Now())
	if err != nil {
		return err
	}
	c.slices.declare(service, d.slices)
	if d.stays {
		c.imports.leave(service, service.Name)
		c.services.leave(service, DerivedName(service.Name))
	} else {
		c.imports.declare(service, named(service.Name, d.imported))
		c.services.declare(service, named(DerivedName(service.Name), d.service))
	}
	c.scribe.say(service, words{d.exports, d.imports})
	c.world.done(service, change)
	c.answer()
	return nil
}

// named is one wish by its name, or none.
func named(name string, w *wish) map[string]wish {
	if w == nil {
		return nil
	}
	return map[string]wish{name: *w}
}

package federated

import (
	"context"
	"sync"
	"time"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/archive"
)

// loop is what runs for one config. The loop of the Namespaces themselves has
// the name of no config.
type loop struct {
	of   version
	stop context.CancelFunc
	done sync.WaitGroup
}

// version tells whether a loop is the one that a config asks for now.
type version struct {
	uid        string
	generation int64
	namespaces string // the same of the config of namespaces, where it matters
	serve      Serving
}

// namespacesLoop is the name of the loop of the Namespaces.
const namespacesLoop = "(namespaces)"

// stopUnless stops every loop that is not wanted as it is, and waits for it.
func (t *Types) stopUnless(want map[string]version) {
	for name, l := range t.loops {
		if l.of != want[name] {
			l.stop()
		}
	}
	for name, l := range t.loops {
		if l.of != want[name] {
			l.done.Wait()
			delete(t.loops, name)
			t.noteCarrier(name, nil)
		}
	}
}

func (t *Types) stopAll() { t.stopUnless(nil) }

func (t *Types) startNamespaces(ctx context.Context, config *corev1beta1.FederatedTypeConfig, v version) {
	t.namespaces = NewNamespaces(t.Client, config.Spec.FederatedType.Type(), t.Scope, t.onlyNamespace())
	t.run(ctx, namespacesLoop, v, t.namespaces.Start)
}

// start makes and starts the loop of one type.
func (t *Types) start(ctx context.Context, config *corev1beta1.FederatedTypeConfig, v version) error {
	options := optionsOf(config)
	options.Client, options.Writer, options.Events = t.Client, t.Writer, t.Events
	options.Namespace, options.SystemNamespace, options.Serve = t.onlyNamespace(), t.SystemNamespace, v.serve
	if v.namespaces != "" {
		options.Namespaces = t.namespaces
	}
	objects, err := New(options)
	if err != nil {
		return err
	}
	left, err := archive.New(archive.Options{Client: t.Client, Namespace: t.SystemNamespace, Type: options.Target})
	if err != nil {
		return err
	}
	carrier, err := t.Carry(config)
	if err != nil {
		return err
	}
	o := t.Loop
	o.Propagator, o.Archive, o.Name = carrier, left, config.Name
	if o.Source, o.Ledger, err = t.withFollowers(config, objects, carrier); err != nil {
		return err
	}
	o.Logger = t.Logger
	if options.isNamespace() {
		o.OnOutcome = both(o.OnOutcome, t.namespaces.noteOutcome)
	}
	controller, err := propagation.New(o)
	if err != nil {
		return err
	}
	serve := controller.Start
	if v.serve == ServeAll && CollectsServices(config) {
		serve = newServiceStatuses(objects, config.Spec.StatusType.Type()).beside(serve)
	}
	if err := t.begin(ctx, config, v, serve); err != nil {
		return err
	}
	t.noteCarrier(config.Name, controller)
	return nil
}

// begin has a loop run as its version says.
func (t *Types) begin(ctx context.Context, config *corev1beta1.FederatedTypeConfig, v version, serve func(context.Context) error) error {
	switch {
	case config.DeletionTimestamp != nil:
		serve = t.sweeping(config, serve)
	case v.serve == ServeAll:
		if err := t.claim(ctx, config); err != nil {
			time.AfterFunc(time.Second, t.again)
			return err
		}
	}
	t.run(ctx, config.Name, v, serve)
	return nil
}

func (t *Types) run(ctx context.Context, name string, v version, run func(context.Context) error) {
	ctx, stop := context.WithCancel(ctx)
	l := &loop{of: v, stop: stop}
	t.loops[name] = l
	l.done.Go(func() {
		if err := run(ctx); err != nil && ctx.Err() == nil {
			t.Logger.Error(err, "loop ended", "type", name)
		}
	})
}

// both tells two of each outcome; the first may be nil.
func both(first, second func(propagation.Change, propagation.Outcome, error)) func(propagation.Change, propagation.Outcome, error) {
	if first == nil {
		return second
	}
	return func(at propagation.Change, out propagation.Outcome, err error) {
		first(at, out, err)
		second(at, out, err)
	}
}

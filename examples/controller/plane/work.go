package plane

import (
	"context"
	"errors"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	schedulingv1alpha1 "github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/federation/renewal"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/propagation/pull"
)

// work does what a leader does until ctx ends, and returns when all of it has
// ended.
func (p *Plane) work(ctx context.Context) error {
	events, recorder, err := p.events(ctx)
	if err != nil {
		return err
	}
	defer events.Shutdown()
	written, err := kubefed.New(kubefed.Options{
		Host: p.host.config, Namespace: p.Namespace, Exec: p.MemberExec, Health: p.health(),
		Logger: p.Logger.WithName("clusters"), Recorder: recorder,
		OnProbe: p.metrics.members.noteProbe,
	})
	if err != nil {
		return err
	}
	m, err := p.members(written)
	if err != nil {
		return err
	}
	naming, err := p.naming(m, recorder)
	if err != nil {
		return err
	}
	calm := naming.before(m)
	types, err := p.types(calm, recorder)
	if err != nil {
		return err
	}
	naming.follow(types)
	carrying, err := p.carrying(m, types, recorder)
	if err != nil {
		return err
	}
	dividing, err := p.divide(calm, types, recorder)
	if err != nil {
		return err
	}
	sharing, err := p.sharing(m)
	if err != nil {
		return err
	}
	renewing, err := p.renewing(m, recorder)
	if err != nil {
		return err
	}
	p.metrics.follow(m, types)
	return p.run(ctx, m, p.working(carrying, slices.Concat(dividing, naming.starts(), sharing, renewing)))
}

// carrying is what carries objects, and what sees members off that leave.
func (p *Plane) carrying(m members, types *federated.Types, recorder record.EventRecorder) ([]start, error) {
	carrying := []start{types.Start, federated.NewUnjoin(types).Start}
	if m.fetching == nil {
		return carrying, nil
	}
	unjoin, err := pull.NewUnjoin(pull.UnjoinOptions{
		Registry: m.fetching, Client: p.host.dynamic, Left: types.Left,
		LetGoAfter: p.LetGoAfter, Events: recorder, Logger: p.Logger.WithName("clusters"),
	})
	if err != nil {
		return nil, err
	}
	return append(carrying, unjoin.Start), nil
}

// renewing is what keeps the tokens fresh with which members are reached.
func (p *Plane) renewing(m members, recorder record.EventRecorder) ([]start, error) {
	c, err := renewal.New(renewal.Options{
		Host: p.host.config, Namespace: p.Namespace, Members: m.written, Events: recorder, Logger: p.Logger.WithName("clusters"),
	})
	if err != nil {
		return nil, err
	}
	return []start{c.Start}, nil
}

// working is what runs beside the registries: what carries objects, unless that
// feature is off, and what else there is to do.
func (p *Plane) working(carrying, others []start) []start {
	if p.enabled(corev1beta1.PushReconciler) {
		return append(carrying, others...)
	}
	p.Logger.Info("nothing is carried to the members", "feature", corev1beta1.PushReconciler, "configuration", corev1beta1.Disabled)
	return others
}

// start is what runs until its context ends.
type start func(context.Context) error

// run runs the registries, and all that works with them.
func (p *Plane) run(parent context.Context, m members, working []start) error {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	var running sync.WaitGroup
	begin := func(all ...start) {
		for _, one := range all {
			running.Go(func() {
				if err := one(ctx); err != nil {
					stop(err)
				}
			})
		}
	}
	p.Logger.Info("Starting cluster controller")
	begin(m.written.Start)
	if m.fetching != nil {
		begin(m.fetching.Start)
	}
	running.Go(func() { p.awaitMembers(ctx, m) })
	begin(working...)
	running.Wait()
	if parent.Err() != nil {
		return nil // asked to end
	}
	return context.Cause(ctx)
}

// awaitMembers marks the instance ready when the members are known.
func (p *Plane) awaitMembers(ctx context.Context, m members) {
	for clusters := range m.Watch(ctx) {
		p.Logger.Info("members are known", "members", clusters.Len())
		p.state.set(working)
		return
	}
}

func (p *Plane) types(m members, recorder record.EventRecorder) (*federated.Types, error) {
	loop := p.loop()
	loop.Registry = m
	return federated.NewTypes(federated.TypesOptions{
		Client: p.host.dynamic, Writer: p.host.metadata, SystemNamespace: p.Namespace, Scope: p.Config.Spec.Scope,
		Loop: loop, Events: recorder, Logger: p.Logger.WithName("types"),
		Carry: func(config *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
			by, err := judgeOf(config)
			if err != nil {
				recorder.Event(config, corev1.EventTypeWarning, "InvalidHealth", err.Error())
				p.Logger.Info("copies cannot be judged", "type", config.Name, "reason", err.Error())
			}
			return p.carry(m, config, by)
		},
	})
}

// events starts what writes events to the host; it runs until it is shut down.
func (p *Plane) events(ctx context.Context) (record.EventBroadcaster, record.EventRecorder, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(corev1beta1.AddToScheme(scheme), schedulingv1alpha1.AddToScheme(scheme)); err != nil {
		return nil, nil, err
	}
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: p.host.typed.CoreV1().Events("")})
	return broadcaster, broadcaster.NewRecorder(scheme, corev1.EventSource{Component: "fedrail-controller"}), nil
}

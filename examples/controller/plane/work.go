package plane

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
	"github.com/fedrail/fedrail/propagation/push"
)

// work does what a leader does until ctx ends, and returns when all of it has
// ended.
func (p *Plane) work(ctx context.Context) error {
	events, recorder, err := p.events(ctx)
	if err != nil {
		return err
	}
	defer events.Shutdown()
	registry, err := kubefed.New(kubefed.Options{
		Host: p.host.config, Namespace: p.Namespace, Health: p.health(),
		Logger: p.Logger.WithName("clusters"), Recorder: recorder,
		OnProbe: p.metrics.members.noteProbe,
	})
	if err != nil {
		return err
	}
	types, err := p.types(members{registry, p.requests}, recorder)
	if err != nil {
		return err
	}
	p.metrics.follow(registry, types)
	return p.run(ctx, registry, types)
}

// run runs the registry, and the types unless that feature is off.
func (p *Plane) run(parent context.Context, registry *kubefed.Registry, types *federated.Types) error {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	var running sync.WaitGroup
	start := func(run func(context.Context) error) {
		running.Go(func() {
			if err := run(ctx); err != nil {
				stop(err)
			}
		})
	}
	p.Logger.Info("Starting cluster controller")
	start(registry.Start)
	running.Go(func() { p.awaitMembers(ctx, registry) })
	if p.enabled(corev1beta1.PushReconciler) {
		start(types.Start)
		start(federated.NewUnjoin(types).Start)
	} else {
		p.Logger.Info("nothing is carried to the members", "feature", corev1beta1.PushReconciler, "configuration", corev1beta1.Disabled)
	}
	if p.enabled(corev1beta1.SchedulerPreferences) {
		p.Logger.Info("replicas are not divided by preference yet", "feature", corev1beta1.SchedulerPreferences, "configuration", corev1beta1.Enabled)
	}
	running.Wait()
	if parent.Err() != nil {
		return nil // asked to end
	}
	return context.Cause(ctx)
}

// awaitMembers marks the instance ready when the members are known.
func (p *Plane) awaitMembers(ctx context.Context, registry *kubefed.Registry) {
	for clusters := range registry.Watch(ctx) {
		p.Logger.Info("members are known", "members", clusters.Len())
		p.state.set(working)
		return
	}
}

func (p *Plane) types(clusters members, recorder record.EventRecorder) (*federated.Types, error) {
	loop := p.loop()
	loop.Registry = clusters
	within := ""
	if p.Config.Spec.Scope == federation.NamespaceScoped {
		within = p.Namespace
	}
	return federated.NewTypes(federated.TypesOptions{
		Client: p.host.dynamic, Writer: p.host.metadata, SystemNamespace: p.Namespace, Scope: p.Config.Spec.Scope,
		Loop: loop, Events: recorder, Logger: p.Logger.WithName("types"),
		Carry: func(config *corev1beta1.FederatedTypeConfig) (propagation.Propagator, error) {
			p.metrics.steps.know(config, loop.Planners)
			return push.New(push.Options{
				Clusters: clusters, Type: config.Spec.TargetType.Type(), Namespace: within, FieldManager: p.FieldManager,
				Adoption: p.adoption(), Collection: p.collection(config),
				Logger: p.Logger.WithName("push").WithValues("type", config.Name),
			})
		},
	})
}

// events starts what writes events to the host; it runs until it is shut down.
func (p *Plane) events(ctx context.Context) (record.EventBroadcaster, record.EventRecorder, error) {
	scheme := runtime.NewScheme()
	if err := corev1beta1.AddToScheme(scheme); err != nil {
		return nil, nil, err
	}
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: p.host.typed.CoreV1().Events("")})
	return broadcaster, broadcaster.NewRecorder(scheme, corev1.EventSource{Component: "fedrail-controller"}), nil
}

package federated

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/archive"
)

// TypesOptions are what [Types] are made of. Client, Writer, Carry and
// Loop.Registry are required.
type TypesOptions struct {
	// Client reads from the host, and Writer writes to it.
	Client dynamic.Interface
	Writer metadata.Interface
	// SystemNamespace is where the FederatedTypeConfigs are; default
	// kube-federation-system.
	SystemNamespace string
	// Scope says whether the federation is that of the whole host, or of its
	// system namespace alone; default ClusterScoped.
	Scope federation.Scope
	// Carry makes the Propagator of one type.
	Carry func(*corev1beta1.FederatedTypeConfig) (propagation.Propagator, error)
	// Loop is what the loop of each type is made of. Source, Ledger, Propagator,
	// Archive and Name are filled in; the Archive is of ConfigMaps in the
	// SystemNamespace.
	Loop propagation.Options
	// Events receives the events; nil drops them.
	Events record.EventRecorder
	Logger logr.Logger // the zero Logger discards
}

// Types keeps one loop running for each FederatedTypeConfig that is enabled. A
// config that changes concerns the loop of its own type alone, except that
// everything in namespaces waits for the config of namespaces.
type Types struct {
	TypesOptions
	informer cache.SharedIndexInformer
	dirty    chan struct{}

	namespaces *Namespaces
	loops      map[string]*loop // by name of the config

	mu       sync.Mutex
	carriers map[string]*propagation.Controller // of the loops, by name of the config
	followed bool                               // the loops are those that the configs ask for
	swept    map[string]string                  // names and UIDs of configs whose objects have no finalizer of ours any more
}

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

// NewTypes makes Types and starts nothing.
func NewTypes(o TypesOptions) (*Types, error) {
	if o.Client == nil || o.Writer == nil || o.Carry == nil || o.Loop.Registry == nil {
		return nil, errors.New("federated: TypesOptions need Client, Writer, Carry and Loop.Registry")
	}
	o.SystemNamespace = cmp.Or(o.SystemNamespace, corev1beta1.DefaultNamespace)
	if o.Loop.Pace == nil {
		o.Loop.Pace = propagation.NewPace(propagation.Bounds{})
	}
	o.Scope = cmp.Or(o.Scope, federation.ClusterScoped)
	return &Types{TypesOptions: o, informer: newInformer(o.Client, typeConfigs(), o.SystemNamespace),
		dirty: make(chan struct{}, 1), loops: map[string]*loop{}, carriers: map[string]*propagation.Controller{}, swept: map[string]string{}}, nil
}

func typeConfigs() federation.Type {
	return federation.Type{Group: corev1beta1.Group, Version: corev1beta1.Version, Kind: "FederatedTypeConfig",
		Resource: "federatedtypeconfigs", Scope: federation.NamespaceScoped}
}

// Start follows the configs until ctx ends, and returns when every loop has
// ended.
func (t *Types) Start(ctx context.Context) error {
	ctx = logr.NewContext(ctx, t.Logger)
	_, err := t.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { t.again() },
		UpdateFunc: func(any, any) { t.again() },
		DeleteFunc: func(any) { t.again() },
	})
	if err != nil {
		return fmt.Errorf("watch FederatedTypeConfigs: %w", err)
	}
	var watching sync.WaitGroup
	watching.Go(func() { t.informer.RunWithContext(ctx) })
	defer watching.Wait()
	defer t.stopAll()
	if !cache.WaitForCacheSync(ctx.Done(), t.informer.HasSynced) {
		return nil
	}
	for {
		if err := t.follow(ctx); err != nil {
			t.Logger.Info("trying again later", "reason", err.Error())
			time.AfterFunc(time.Second, t.again)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.dirty:
		}
	}
}

// again asks for another look at all configs.
func (t *Types) again() {
	select {
	case t.dirty <- struct{}{}:
	default:
	}
}

// follow makes the loops be those that the configs ask for.
func (t *Types) follow(ctx context.Context) error {
	configs, err := t.read()
	if err != nil {
		return err
	}
	want, reasons := t.wanted(configs)
	t.stopUnless(want)
	if v, wanted := want[namespacesLoop]; wanted && t.loops[namespacesLoop] == nil {
		t.startNamespaces(ctx, configs[corev1beta1.NamespacesTypeConfig], v)
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(configs)) {
		if _, wanted := want[name]; wanted && t.loops[name] == nil {
			reasons[name] = t.start(ctx, configs[name], want[name])
		}
		errs = append(errs, t.tell(ctx, configs[name], reasons[name]))
	}
	t.noteFollowed(want)
	return errors.Join(errs...)
}

// read returns the configs by name.
func (t *Types) read() (map[string]*corev1beta1.FederatedTypeConfig, error) {
	configs := map[string]*corev1beta1.FederatedTypeConfig{}
	for _, obj := range t.informer.GetStore().List() {
		config := &corev1beta1.FederatedTypeConfig{}
		content := obj.(*unstructured.Unstructured)
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content.Object, config); err != nil {
			return nil, fmt.Errorf("FederatedTypeConfig %s: %w", content.GetName(), err)
		}
		configs[config.Name] = config.WithDefaults()
	}
	return configs, nil
}

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
	options := Options{
		Client: t.Client, Writer: t.Writer, Target: config.Spec.TargetType.Type(), Federated: config.Spec.FederatedType.Type(),
		Namespace: t.onlyNamespace(), SystemNamespace: t.SystemNamespace, Events: t.Events,
		Holding: holdingOf(config.Spec.Ownership), Serve: v.serve,
	}
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
	o.Source, o.Ledger, o.Propagator, o.Archive, o.Name = objects, objects, carrier, left, config.Name
	o.Logger = t.Logger.WithValues("type", config.Name)
	if options.isNamespace() {
		o.OnOutcome = t.namespaces.noteOutcome
	}
	controller, err := propagation.New(o)
	if err != nil {
		return err
	}
	if err := t.begin(ctx, config, v, controller.Start); err != nil {
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

// onlyNamespace is the one namespace that is read; empty is all.
func (t *Types) onlyNamespace() string {
	if t.Scope == federation.NamespaceScoped {
		return t.SystemNamespace
	}
	return ""
}

func (t *Types) event(config *corev1beta1.FederatedTypeConfig, reason, message string) {
	if t.Events != nil {
		t.Events.Event(config, corev1.EventTypeWarning, reason, message)
	}
}

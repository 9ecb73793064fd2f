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
	"github.com/fedrail/fedrail/propagation/follow"
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
	// Carry makes the Propagator of one type. In a federation of one namespace its
	// objects are all in the SystemNamespace.
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

	following  *follow.Following
	namespaces *Namespaces
	loops      map[string]*loop // by name of the config

	mu       sync.Mutex
	carriers map[string]*propagation.Controller // of the loops, by name of the config
	followed bool                               // the loops are those that the configs ask for
	swept    map[string]string                  // names and UIDs of configs whose objects have no finalizer of ours any more
}

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
	following, err := follow.New(follow.Options{Registry: o.Loop.Registry, Placer: o.Loop.Placer, Overrider: o.Loop.Overrider})
	if err != nil {
		return nil, err
	}
	return &Types{TypesOptions: o, informer: newInformer(o.Client, typeConfigs(), o.SystemNamespace), following: following,
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
	t.expectReferrers(configs, want)
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

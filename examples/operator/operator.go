package main

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/fedrail/fedrail/examples/operator/api/v1alpha1"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/declaredkind"
	"github.com/fedrail/fedrail/federation/kubeconfig"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/archive"
	"github.com/fedrail/fedrail/propagation/declared"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

const (
	name = "webapp-operator"
	// home is the namespace on the host with what the operator keeps for itself:
	// its lease, and what deleted WebApps leave behind in members that are away.
	home = "default"
)

// settings are what the operator is told when it is started.
type settings struct {
	members    kubeconfig.Options
	letGoAfter time.Duration // how long a deletion waits for members that are away; 0 is the default
	manager    ctrl.Options  // the scheme and the leader election are set here
}

// operate runs the operator until ctx ends.
func operate(ctx context.Context, host *rest.Config, s settings) error {
	o := s.manager
	o.Scheme = runtime.NewScheme()
	if err := v1alpha1.AddToScheme(o.Scheme); err != nil {
		return err
	}
	o.LeaderElection, o.LeaderElectionID, o.LeaderElectionNamespace, o.LeaderElectionReleaseOnCancel = true, name, home, true
	mgr, err := ctrl.NewManager(host, o)
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return err
	}
	apps, err := webApps(ctx, mgr, client)
	if err != nil {
		return err
	}
	left, err := archive.New(archive.Options{Client: client, Namespace: home, Type: deployments()})
	if err != nil {
		return err
	}
	if err := propagate(mgr, s.members, propagation.Options{
		Source: apps, Ledger: apps, Aggregator: aggregator{}, Archive: left, LetGoAfter: s.letGoAfter,
	}); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func deployments() federation.Type {
	return federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped}
}

// webApps are the WebApps on the host: what should be where, and how it fares.
// They come from the manager's cache and are written over its connections.
func webApps(ctx context.Context, mgr manager.Manager, client dynamic.Interface) (*declared.Objects[*v1alpha1.WebApp], error) {
	informer, err := mgr.GetCache().GetInformer(ctx, &v1alpha1.WebApp{})
	if err != nil {
		return nil, err
	}
	events := mgr.GetEventRecorder(name)
	return declared.New(declared.Options[*v1alpha1.WebApp]{
		Client: client, Informer: informer,
		Type:      federation.Type{Group: "webapps.example.com", Version: "v1alpha1", Kind: "WebApp", Resource: "webapps", Scope: federation.NamespaceScoped},
		Finalizer: "webapps.example.com/copies",
		Translate: translate,
		Status:    func(app *v1alpha1.WebApp) declaredkind.Status { return app.Status },
		Events: func(about *corev1.ObjectReference, e propagation.Event) {
			events.Eventf(about, nil, e.Type, e.Reason, "Propagate", "%s", e.Message)
		},
	})
}

// propagate has the manager run what carries WebApps to the members, with these
// options and the rest filled in. Its logger, metrics and leader election serve
// as they serve any controller.
func propagate(mgr manager.Manager, members kubeconfig.Options, o propagation.Options) error {
	members.Logger = mgr.GetLogger()
	registry, err := kubeconfig.New(members)
	if err != nil {
		return err
	}
	carrier, err := push.New(push.Options{
		Clusters: registry, Logger: mgr.GetLogger(), FieldManager: name, Collection: push.Status, Judge: status.Kinds{}, Type: deployments(),
	})
	if err != nil {
		return err
	}
	o.Registry, o.Propagator, o.Name, o.Logger = registry, carrier, name, mgr.GetLogger()
	controller, err := propagation.New(o)
	if err != nil {
		return err
	}
	return errors.Join(mgr.Add(registry), mgr.Add(controller))
}

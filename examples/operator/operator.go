package main

import (
	"context"
	"errors"

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
	"github.com/fedrail/fedrail/propagation/declared"
	"github.com/fedrail/fedrail/propagation/push"
)

const name = "webapp-operator"

// operate runs the operator until ctx ends. The scheme and the leader election
// of o are set here.
func operate(ctx context.Context, host *rest.Config, members kubeconfig.Options, o ctrl.Options) error {
	o.Scheme = runtime.NewScheme()
	if err := v1alpha1.AddToScheme(o.Scheme); err != nil {
		return err
	}
	o.LeaderElection, o.LeaderElectionID, o.LeaderElectionNamespace, o.LeaderElectionReleaseOnCancel = true, name, "default", true
	mgr, err := ctrl.NewManager(host, o)
	if err != nil {
		return err
	}
	apps, err := webApps(ctx, mgr)
	if err != nil {
		return err
	}
	if err := propagate(mgr, apps, members); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// webApps are the WebApps on the host: what should be where, and how it fares.
// They come from the manager's cache and are written over its connections.
func webApps(ctx context.Context, mgr manager.Manager) (*declared.Objects[*v1alpha1.WebApp], error) {
	informer, err := mgr.GetCache().GetInformer(ctx, &v1alpha1.WebApp{})
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
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

// propagate has the manager run what carries WebApps to the members. Its logger,
// metrics and leader election serve as they serve any controller.
func propagate(mgr manager.Manager, apps *declared.Objects[*v1alpha1.WebApp], members kubeconfig.Options) error {
	members.Logger = mgr.GetLogger()
	registry, err := kubeconfig.New(members)
	if err != nil {
		return err
	}
	deployments, err := push.New(push.Options{
		Clusters: registry, Logger: mgr.GetLogger(), FieldManager: name, Collection: push.Status,
		Type: federation.Type{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Scope: federation.NamespaceScoped},
	})
	if err != nil {
		return err
	}
	controller, err := propagation.New(propagation.Options{
		Registry: registry, Source: apps, Ledger: apps, Propagator: deployments, Aggregator: aggregator{},
		Name: name, Logger: mgr.GetLogger(),
	})
	if err != nil {
		return err
	}
	return errors.Join(mgr.Add(registry), mgr.Add(controller))
}

package declared_test

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/archive"
	"github.com/fedrail/fedrail/propagation/declared"
)

var configMaps = federation.Type{Version: "v1", Kind: "ConfigMap", Resource: "configmaps", Scope: federation.NamespaceScoped}

// Widgets of one's own, over plain client-go. With generated types, T is a
// pointer to one; see examples/operator for controller-runtime.
func ExampleNew() {
	_ = func(ctx context.Context, host *rest.Config, options propagation.Options) error {
		client, err := dynamic.NewForConfig(host)
		if err != nil {
			return err
		}
		informer := dynamicinformer.NewDynamicSharedInformerFactory(client, 0).ForResource(widgets.GroupVersionResource()).Informer()
		objects, err := declared.New(declared.Options[*unstructured.Unstructured]{
			Client: client, Type: widgets, Informer: informer, Finalizer: "example.com/copies",
			Translate: translate, // a Widget's template, placement and overrides
			Status:    statusOf,  // a Widget's status
		})
		if err != nil {
			return err
		}
		options.Source, options.Ledger = objects, objects
		options.Archive, err = archive.New(archive.Options{Client: client, Namespace: "widgets-system", Type: configMaps})
		if err != nil {
			return err
		}
		controller, err := propagation.New(options)
		if err != nil {
			return err
		}
		go informer.RunWithContext(ctx)
		return controller.Start(ctx)
	}
}

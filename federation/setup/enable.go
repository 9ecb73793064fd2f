package setup

import (
	"context"
	"errors"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Enable lets the federation carry objects of the types, which are written as in
// "kubectl get": plural name, and group where there is one ("configmaps",
// "deployments.apps"). The host has to serve them, in the version that it
// prefers. What is in namespaces needs "namespaces" to be enabled too.
func (h Host) Enable(ctx context.Context, types ...string) error {
	w, err := h.writer()
	if err != nil {
		return err
	}
	kinds, err := h.discover(types)
	if err != nil {
		return err
	}
	definitions := make([]*apiextensionsv1.CustomResourceDefinition, len(kinds))
	for i, kind := range kinds {
		definitions[i] = kind.Definition()
	}
	if err := w.define(ctx, definitions...); err != nil {
		return err
	}
	for _, kind := range kinds {
		if err := w.apply(ctx, placed{corev1beta1.FederatedTypeConfigs(), kind.TypeConfig(h.Namespace)}); err != nil {
			return err
		}
	}
	return nil
}

// discover finds the types on the host.
func (h Host) discover(types []string) ([]federatedkind.Kind, error) {
	client, err := discovery.NewDiscoveryClientForConfig(h.Config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	lists, err := client.ServerPreferredResources()
	if err != nil && len(lists) == 0 {
		return nil, fmt.Errorf("host: %w", err) // some groups may be out of order
	}
	served := servedKinds(lists)
	kinds, errs := make([]federatedkind.Kind, len(types)), make([]error, len(types))
	for i, name := range types {
		kind, found := served[schema.ParseGroupResource(name)]
		if !found {
			errs[i] = fmt.Errorf("type %q: the host serves no such resource; write its plural name and group, such as deployments.apps", name)
			continue
		}
		kind.Replicas, errs[i] = hasReplicas(client, kind)
		kinds[i] = kind
	}
	return kinds, errors.Join(errs...)
}

func servedKinds(lists []*metav1.APIResourceList) map[schema.GroupResource]federatedkind.Kind {
	kinds := map[schema.GroupResource]federatedkind.Kind{}
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue // no resource of ours can be in it
		}
		for _, r := range list.APIResources {
			r.Group, r.Version = gv.Group, gv.Version
			kinds[schema.GroupResource{Group: gv.Group, Resource: r.Name}] = federatedkind.Discovered(r)
		}
	}
	return kinds
}

// hasReplicas reads the OpenAPI document of the type's group and version.
func hasReplicas(client discovery.DiscoveryInterface, kind federatedkind.Kind) (bool, error) {
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return false, fmt.Errorf("OpenAPI of the host: %w", err)
	}
	gv := kind.Target.GroupVersionKind().GroupVersion()
	path := "apis/" + gv.String()
	if gv.Group == "" {
		path = "api/" + gv.Version
	}
	document, found := paths[path]
	if !found {
		return false, nil // a group that was defined just now; it is not among the built-in ones
	}
	content, err := document.Schema("application/json")
	if err != nil {
		return false, fmt.Errorf("OpenAPI of the host: %s: %w", path, err)
	}
	return federatedkind.HasReplicas(content, kind.Target.GroupVersionKind())
}

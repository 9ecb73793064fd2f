package setup

import (
	"context"
	"errors"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Discover finds the types of wishes on the host, and writes nothing. A custom
// resource that was defined just now is found as well.
func (h Host) Discover(ctx context.Context, wishes ...Wish) ([]federatedkind.Kind, error) {
	w, err := h.writer()
	if err != nil {
		return nil, err
	}
	client, err := discovery.NewDiscoveryClientForConfig(h.Config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	groups, lists, err := client.ServerGroupsAndResources()
	if err != nil && len(lists) == 0 {
		return nil, fmt.Errorf("host: %w", err) // some groups may be out of order
	}
	served := ServedOf(groups, lists)
	kinds, errs := make([]federatedkind.Kind, len(wishes)), make([]error, len(wishes))
	for i, wish := range wishes {
		if kinds[i], errs[i] = w.find(ctx, served, wish); errs[i] != nil {
			continue
		}
		served = served.and(kinds[i])
		kinds[i].Replicas, errs[i] = w.hasReplicas(ctx, client, kinds[i])
	}
	return kinds, errors.Join(errs...)
}

// find looks among the definitions too when the host does not tell of a type:
// API servers tell of new ones late.
func (w writer) find(ctx context.Context, served Served, wish Wish) (federatedkind.Kind, error) {
	kind, err := served.Find(wish)
	if err == nil {
		return kind, nil
	}
	list, unread := w.client.Resource(customResourceDefinitions()).List(ctx, metav1.ListOptions{})
	if unread != nil {
		return kind, err // what discovery says has to do
	}
	for i := range list.Items {
		d := &apiextensionsv1.CustomResourceDefinition{}
		if runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, d) == nil {
			served = served.with(d)
		}
	}
	return served.Find(wish)
}

// hasReplicas says whether spec.replicas of a kind is an integer: by its definition,
// or by the OpenAPI document of its group and version.
func (w writer) hasReplicas(ctx context.Context, client discovery.DiscoveryInterface, kind federatedkind.Kind) (bool, error) {
	d, err := w.definition(ctx, kind.Target.String())
	switch {
	case d != nil:
		return replicasIn(d, kind.Target.Version), nil
	case err != nil && !apierrors.IsForbidden(err):
		return false, err
	}
	return documentsReplicas(client, kind)
}

// replicasIn looks into the schema of that version.
func replicasIn(d *apiextensionsv1.CustomResourceDefinition, version string) bool {
	for _, v := range d.Spec.Versions {
		if v.Name == version && v.Schema != nil && v.Schema.OpenAPIV3Schema != nil {
			return v.Schema.OpenAPIV3Schema.Properties["spec"].Properties["replicas"].Type == "integer"
		}
	}
	return false
}

// documentsReplicas reads the OpenAPI document of the type's group and version.
func documentsReplicas(client discovery.DiscoveryInterface, kind federatedkind.Kind) (bool, error) {
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
		return false, nil // an aggregated API server need not describe what it serves
	}
	content, err := document.Schema("application/json")
	if err != nil {
		return false, fmt.Errorf("OpenAPI of the host: %s: %w", path, err)
	}
	return federatedkind.HasReplicas(content, kind.Target.GroupVersionKind())
}

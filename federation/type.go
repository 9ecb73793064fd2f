package federation

import "k8s.io/apimachinery/pkg/runtime/schema"

// Scope says whether the objects of a type live in namespaces. Its values are
// those of a CustomResourceDefinition.
type Scope string

// The scopes of a type.
const (
	NamespaceScoped Scope = "Namespaced"
	ClusterScoped   Scope = "Cluster"
)

// Type is a kind of object as an API server serves it. Types may be compared.
type Type struct {
	// Group is empty for the core group.
	Group   string
	Version string
	Kind    string
	// Resource is the plural name in URLs, for example "deployments".
	Resource string
	Scope    Scope
}

// GroupVersionKind is what objects of the type say they are.
func (t Type) GroupVersionKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: t.Kind}
}

// GroupVersionResource is where objects of the type are served.
func (t Type) GroupVersionResource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: t.Group, Version: t.Version, Resource: t.Resource}
}

// GroupKind is the type without its version: two types with equal GroupKind
// serve the same objects.
func (t Type) GroupKind() schema.GroupKind {
	return schema.GroupKind{Group: t.Group, Kind: t.Kind}
}

// String is the name a CustomResourceDefinition or FederatedTypeConfig has for
// the type: "deployments.apps", or "configmaps" in the core group.
func (t Type) String() string {
	return schema.GroupResource{Group: t.Group, Resource: t.Resource}.String()
}

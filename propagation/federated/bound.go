package federated

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/placement"
)

// BoundOf is what a FederatedNamespace means for the placement of everything in its
// namespace. While it is being deleted that is no cluster: what is in it goes first.
// It shares memory with the object. The error says what of its spec cannot be read.
//
// In a federation of scope Cluster a namespace without a FederatedNamespace sets a
// bound too, one with Within nil; in one of scope Namespaced it sets none.
func BoundOf(namespace *unstructured.Unstructured) (placement.Bound, error) {
	bound := placement.Bound{By: boundBy(namespace.GetKind(), namespace.GetNamespace()), Within: &placement.Placement{}}
	if namespace.GetDeletionTimestamp() != nil {
		return bound, nil
	}
	spec, err := federatedkind.SpecOf(namespace)
	if err != nil {
		return placement.Bound{}, fmt.Errorf("%s: %w", bound.By, err)
	}
	*bound.Within = placementOf(spec.Placement)
	return bound, nil
}

// boundBy names who sets the bound in a namespace.
func boundBy(kind, namespace string) string {
	return fmt.Sprintf("%s %s/%s", kind, namespace, namespace)
}

package host

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/placement"
)

// Bounds are those of what is in a namespace, whose FederatedNamespace is given; nil is
// that there is none. Where namespaces are not federated there are no bounds.
func (f Federation) Bounds(namespace string, declared *unstructured.Unstructured) ([]placement.Bound, error) {
	for _, t := range f.Types {
		if t.IsNamespaces() {
			return boundsOf(f, t, namespace, declared)
		}
	}
	return nil, nil
}

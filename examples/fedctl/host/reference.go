package host

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
)

// Reference is an object that somebody named on the command line.
type Reference struct{ Type, Name string }

// ReferenceOf reads TYPE/NAME, or TYPE NAME.
func ReferenceOf(args []string) (Reference, error) {
	word, name, _ := strings.Cut(args[0], "/")
	switch {
	case len(args) == 2 && name == "":
		name = args[1]
	case len(args) != 1:
		return Reference{}, fmt.Errorf("want one TYPE/NAME, or TYPE NAME, not %q", strings.Join(args, " "))
	}
	if word == "" || name == "" || strings.Contains(name, "/") {
		return Reference{}, fmt.Errorf("%q: want TYPE/NAME, such as deployment/web", strings.Join(args, " "))
	}
	return Reference{Type: word, Name: name}, nil
}

// Federated are the federated objects of a type in a namespace; all namespaces when it
// is empty. A FederatedNamespace is in the namespace that it declares.
func (h *Host) Federated(t Type, namespace string) dynamic.ResourceInterface {
	resource := h.Dynamic.Resource(t.Spec.FederatedType.Type().GroupVersionResource())
	if t.Spec.FederatedType.Scope == federation.ClusterScoped || namespace == "" {
		return resource
	}
	return resource.Namespace(namespace)
}

// Find reads the federated object that a reference means: its type may be the one that
// is federated, or the federated kind.
func (h *Host) Find(ctx context.Context, ref Reference, namespace string) (Type, *unstructured.Unstructured, error) {
	t, err := h.Type(ctx, ref.Type)
	if err != nil {
		return Type{}, nil, err
	}
	if t.IsNamespaces() {
		namespace = ref.Name
	}
	object, err := h.Federated(t, namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return t, nil, fmt.Errorf("there is no %s %q%s: is it in another namespace (-n), or not federated yet (\"fedctl federate\")?",
			t.Spec.FederatedType.Kind, ref.Name, h.in(t, namespace))
	}
	return t, object, err
}

// IsNamespaces says whether the type is Namespace itself.
func (t Type) IsNamespaces() bool {
	return t.Spec.TargetType.Group == "" && t.Spec.TargetType.Kind == "Namespace"
}

func (h *Host) in(t Type, namespace string) string {
	if t.Spec.FederatedType.Scope == federation.ClusterScoped {
		return ""
	}
	return fmt.Sprintf(" in namespace %q", namespace)
}

package host

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Names are those of the federated objects of a type in a namespace, in order.
func (h *Host) Names(ctx context.Context, t Type, namespace string) ([]string, error) {
	if t.IsNamespaces() {
		namespace = ""
	}
	list, err := h.Federated(t, namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list.Items))
	for i := range list.Items {
		names[i] = list.Items[i].GetName()
	}
	return names, nil
}

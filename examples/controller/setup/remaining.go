package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
)

// Remaining is a federated object that has a copy in a member.
type Remaining struct {
	Kind, Namespace, Name string
	// Stays says that it tolerates the member's taints.
	Stays bool
	// Until is when its toleration runs out; zero when it is to go now.
	Until time.Time
	// Ready is how many of its replicas are ready there, as far as that is told.
	Ready int64
	// Held says why it is held back, and what to do to have it go; empty when it is
	// not.
	Held string
}

// Remaining are the federated objects that have a copy in a member, by the status
// that they report, in order. Those of types that are disabled stay as they are and
// do not count.
func (h Host) Remaining(ctx context.Context, member string) ([]Remaining, error) {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	t, err := h.tainted(ctx, client, member)
	if err != nil {
		return nil, err
	}
	types, err := h.federatedTypes(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	var all []Remaining
	for _, of := range types {
		list, err := client.Resource(of.GroupVersionResource()).List(ctx, metav1.ListOptions{})
		if apierrors.IsForbidden(err) {
			list, err = client.Resource(of.GroupVersionResource()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
		}
		if err != nil {
			return nil, fmt.Errorf("host: list %s: %w", of, err)
		}
		for i := range list.Items {
			r, remains, unread := remaining(&list.Items[i], member, t.taints)
			if remains {
				all = append(all, r)
			}
			err = errors.Join(err, unread)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Remaining) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

// federatedTypes are those that declare the objects of the types that run.
func (h Host) federatedTypes(ctx context.Context, client dynamic.Interface) ([]federation.Type, error) {
	list, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var types []federation.Type
	for i := range list.Items {
		config := &corev1beta1.FederatedTypeConfig{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, config); err != nil {
			return nil, fmt.Errorf("FederatedTypeConfig %q: %w", list.Items[i].GetName(), err)
		}
		if config.Spec.Propagation != corev1beta1.Disabled {
			types = append(types, config.WithDefaults().Spec.FederatedType.Type())
		}
	}
	return types, nil
}

// remaining is what a federated object says of its copy in a member; false when
// there is none.
func remaining(object *unstructured.Unstructured, member string, taints []corev1.Taint) (Remaining, bool, error) {
	spec, err := federatedkind.SpecOf(object)
	status, unread := federatedkind.StatusOf(object)
	if err := errors.Join(err, unread); err != nil {
		return Remaining{}, false, fmt.Errorf("%s %s/%s: %w", object.GetKind(), object.GetNamespace(), object.GetName(), err)
	}
	i := slices.IndexFunc(status.Clusters, func(c federatedkind.ClusterStatus) bool { return c.Name == member })
	if i < 0 {
		return Remaining{}, false, nil
	}
	verdict := federation.Tolerate(taints, spec.Placement.Tolerations)
	r := Remaining{Kind: object.GetKind(), Namespace: object.GetNamespace(), Name: object.GetName(),
		Stays: !verdict.Leave, Until: verdict.Until, Ready: status.Clusters[i].Counts["readyReplicas"]}
	for _, c := range status.Conditions {
		if c.Reason == propagation.LossGuarded {
			r.Held = c.Message
		}
	}
	return r, true, nil
}

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
	schedulingv1alpha1 "github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/placement"
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
	left := leftIn{client: client, member: member, taints: t.taints}
	for _, c := range types {
		list, err := h.listAll(ctx, client.Resource(c.Spec.FederatedType.Type().GroupVersionResource()))
		if err != nil {
			return nil, fmt.Errorf("host: list %s: %w", c.Spec.FederatedType.Type(), err)
		}
		for i := range list.Items {
			err = errors.Join(err, left.add(ctx, c.Spec.TargetType.Type(), &list.Items[i]))
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(left.all, func(a, b Remaining) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return left.all, nil
}

// listAll lists the objects of all namespaces or, where that is not allowed, of the
// system's.
func (h Host) listAll(ctx context.Context, objects dynamic.NamespaceableResourceInterface) (*unstructured.UnstructuredList, error) {
	list, err := objects.List(ctx, metav1.ListOptions{})
	if apierrors.IsForbidden(err) {
		return objects.Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	}
	return list, err
}

// leftIn is what is left in a member with these taints.
type leftIn struct {
	client dynamic.Interface
	member string
	taints []corev1.Taint
	all    []Remaining
}

// add adds a federated object of a target type, if it has a copy in the member.
func (l *leftIn) add(ctx context.Context, target federation.Type, object *unstructured.Unstructured) error {
	r, remains, err := remaining(object, l.member)
	if err != nil || !remains {
		return err
	}
	tolerations, err := tolerationsOf(ctx, l.client, target, object)
	if apierrors.IsNotFound(err) {
		err = nil
		r.Held = fmt.Sprintf("its annotation %s says that a ReplicaSchedulingPreference weighs taints, and there is none of its name: remove the annotation", federatedkind.TaintsAnnotation)
	}
	verdict := federation.Tolerate(l.taints, tolerations)
	r.Stays, r.Until = !verdict.Leave, verdict.Until
	l.all = append(l.all, r)
	return err
}

// federatedTypes are the configs of the types that run.
func (h Host) federatedTypes(ctx context.Context, client dynamic.Interface) ([]*corev1beta1.FederatedTypeConfig, error) {
	list, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var types []*corev1beta1.FederatedTypeConfig
	for i := range list.Items {
		config := &corev1beta1.FederatedTypeConfig{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, config); err != nil {
			return nil, fmt.Errorf("FederatedTypeConfig %q: %w", list.Items[i].GetName(), err)
		}
		if config.Spec.Propagation != corev1beta1.Disabled {
			types = append(types, config.WithDefaults())
		}
	}
	return types, nil
}

// remaining is what a federated object says of its copy in a member; false when
// there is none.
func remaining(object *unstructured.Unstructured, member string) (Remaining, bool, error) {
	status, err := federatedkind.StatusOf(object)
	if err != nil {
		return Remaining{}, false, fmt.Errorf("%s %s/%s: %w", object.GetKind(), object.GetNamespace(), object.GetName(), err)
	}
	i := slices.IndexFunc(status.Clusters, func(c federatedkind.ClusterStatus) bool { return c.Name == member })
	if i < 0 {
		return Remaining{}, false, nil
	}
	r := Remaining{Kind: object.GetKind(), Namespace: object.GetNamespace(), Name: object.GetName(),
		Ready: status.Clusters[i].Counts["readyReplicas"]}
	for _, c := range status.Conditions {
		if c.Reason == propagation.LossGuarded {
			r.Held = c.Message
		}
	}
	return r, true, nil
}

// tolerationsOf are those that count for an object: its own, or those of the
// preference that divides its replicas; the error is NotFound when there should be
// one and is not. What holds others tolerates everything.
func tolerationsOf(ctx context.Context, client dynamic.Interface, target federation.Type, object *unstructured.Unstructured) ([]corev1.Toleration, error) {
	if placement.HoldsOthers(target.GroupKind()) {
		return []corev1.Toleration{{Operator: corev1.TolerationOpExists}}, nil
	}
	if object.GetAnnotations()[federatedkind.TaintsAnnotation] == "" {
		spec, err := federatedkind.SpecOf(object)
		return spec.Placement.Tolerations, err
	}
	found, err := client.Resource(schedulingv1alpha1.ReplicaSchedulingPreferences()).Namespace(object.GetNamespace()).Get(ctx, object.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("the ReplicaSchedulingPreference of %s %s/%s: %w", object.GetKind(), object.GetNamespace(), object.GetName(), err)
	}
	p := schedulingv1alpha1.ReplicaSchedulingPreference{}
	err = runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, &p)
	return p.Spec.Tolerations, err
}

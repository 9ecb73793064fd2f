package host

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation/pull"
)

// Members are all members by name: those of [Host.Clusters] and those of
// [Host.Fetching]. Where the latter cannot be read, the error says so, and the former
// are returned beside it.
func (h *Host) Members(ctx context.Context) ([]Member, error) {
	members, err := h.Clusters(ctx)
	if err != nil {
		return nil, err
	}
	fetching, err := h.Fetching(ctx)
	members = append(members, fetching...)
	slices.SortStableFunc(members, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return members, err
}

// Fetching are the members that fetch what they hold, by name.
func (h *Host) Fetching(ctx context.Context) ([]Member, error) {
	of := metav1.ListOptions{LabelSelector: pull.MemberLabel + "=true"}
	namespaces, err := h.Dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}).List(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("host: the namespaces of members that fetch: %w", err)
	}
	if len(namespaces.Items) == 0 {
		return nil, nil
	}
	leases, err := h.Dynamic.Resource(Leases()).List(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("host: the leases of members that fetch: %w", err)
	}
	beats := map[string]*unstructured.Unstructured{}
	for i, lease := range leases.Items {
		if lease.GetName() == pull.LeaseName {
			beats[lease.GetNamespace()] = &leases.Items[i]
		}
	}
	var members []Member
	for i := range namespaces.Items {
		if m, is := fetching(&namespaces.Items[i], beats[namespaces.Items[i].GetName()]); is {
			members = append(members, m)
		}
	}
	return members, nil
}

// Leases is where the leases of members that fetch are served.
func Leases() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}
}

// fetching is the member that a namespace is for. What is wrong with its taints is told
// in its message, unless that says more.
func fetching(namespace, lease *unstructured.Unstructured) (Member, bool) {
	c, err := pull.ClusterOf(namespace, lease, time.Now())
	if err != nil {
		c.Message = cmp.Or(c.Message, err.Error())
	}
	object := &corev1beta1.KubeFedCluster{ObjectMeta: metav1.ObjectMeta{
		Name: string(c.Name), Labels: c.Labels, CreationTimestamp: namespace.GetCreationTimestamp(),
	}}
	return Member{KubeFedCluster: object, Object: namespace, Cluster: c, Fetches: true}, c.Name != ""
}

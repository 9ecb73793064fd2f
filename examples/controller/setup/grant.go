package setup

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// placed is an object and where it is served.
type placed struct {
	resource schema.GroupVersionResource
	object   metav1.Object
}

func (p placed) at(client dynamic.Interface) dynamic.ResourceInterface {
	if namespace := p.object.GetNamespace(); namespace != "" {
		return client.Resource(p.resource).Namespace(namespace)
	}
	return client.Resource(p.resource)
}

// admit makes the account of the federation in the member, and grants it what
// the enabled types need.
func (h Host) admit(ctx context.Context, m Member) error {
	rules, err := h.rules(ctx)
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(m.Config)
	if err != nil {
		return err
	}
	for _, o := range h.admission(m, rules) {
		if err := apply(ctx, o.at(client), o.object); err != nil {
			return err
		}
	}
	return nil
}

// account is the name of the service account, its role and the binding.
func (h Host) account(m Member) string { return "fedrail-" + m.Name }

// admission is what the member has of the federation.
func (h Host) admission(m Member, rules []rbacv1.PolicyRule) []placed {
	name := h.account(m)
	account := &corev1.ServiceAccount{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: h.Namespace},
	}
	role := &rbacv1.ClusterRole{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Rules:      rules,
	}
	binding := &rbacv1.ClusterRoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRoleBinding"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: h.Namespace, Name: name}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: name},
	}
	return []placed{
		{corev1.SchemeGroupVersion.WithResource("namespaces"), namespace(h.Namespace)},
		{corev1.SchemeGroupVersion.WithResource("serviceaccounts"), account},
		{rbacv1.SchemeGroupVersion.WithResource("clusterroles"), role},
		{rbacv1.SchemeGroupVersion.WithResource("clusterrolebindings"), binding},
	}
}

// rules are what the controller does in a member: it probes it, reads its nodes,
// and carries the types that are enabled.
func (h Host) rules(ctx context.Context) ([]rbacv1.PolicyRule, error) {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	list, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	rules := []rbacv1.PolicyRule{
		{NonResourceURLs: []string{"/healthz", "/version"}, Verbs: []string{"get"}},
		allow("", []string{"nodes"}, "get", "list"),
		allow("", []string{"namespaces"}, "list", "watch"), // while something waits for one
		allow("apiextensions.k8s.io", []string{"customresourcedefinitions"}, "list", "watch"),
	}
	for i := range list.Items {
		target, err := targetOf(&list.Items[i])
		if err != nil {
			return nil, err
		}
		rules = append(rules, allow(target.Group, []string{target.Resource}, verbs(target)...))
	}
	return rules, nil
}

func targetOf(object *unstructured.Unstructured) (schema.GroupResource, error) {
	config := &corev1beta1.FederatedTypeConfig{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, config); err != nil {
		return schema.GroupResource{}, fmt.Errorf("FederatedTypeConfig %q: %w", object.GetName(), err)
	}
	target := config.WithDefaults().Spec.TargetType
	return schema.GroupResource{Group: target.Group, Resource: target.PluralName}, nil
}

// verbs are those that the controller uses. An API server lets nobody write a
// role with rights that he has not himself, unless he may escalate, nor bind such
// a role, unless he may bind.
func verbs(target schema.GroupResource) []string {
	all := []string{"get", "list", "watch", "create", "patch", "update", "delete"}
	switch {
	case target.Group != rbacv1.GroupName:
	case slices.Contains([]string{"roles", "clusterroles"}, target.Resource):
		return append(all, "escalate")
	case slices.Contains([]string{"rolebindings", "clusterrolebindings"}, target.Resource):
		return append(all, "bind")
	}
	return all
}

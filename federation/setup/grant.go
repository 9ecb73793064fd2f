package setup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
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
	granted, err := h.rightsOf(ctx, m)
	if err != nil {
		return err
	}
	w, err := h.writerTo(m)
	if err != nil {
		return err
	}
	if m.ClusterSet == Flat {
		granted.everywhere = append(granted.everywhere, sharing()...)
		if err := defineShared(ctx, w); err != nil {
			return err
		}
	}
	return w.apply(ctx, h.admission(m, granted)...)
}

// account is the name of the service account, its roles and the bindings.
func (h Host) account(m Member) string { return cmp.Or(m.Account, "fedrail-"+m.Name) }

// admission is what the member has of the federation.
func (h Host) admission(m Member, granted rights) []placed {
	name := h.account(m)
	all := []placed{{corev1.SchemeGroupVersion.WithResource("namespaces"), namespace(h.Namespace)}, h.serviceAccount(name)}
	all = append(all, h.everywhere(grant{name, name, granted.everywhere})...)
	if len(granted.inNamespace) > 0 {
		all = append(all, h.inNamespace(grant{name, name, granted.inNamespace})...)
	}
	return all
}

// renewing lets the account ask for tokens of its own, as the controller does for
// it. One that an agent uses may not.
func (h Host) renewing(m Member) []placed {
	rule := allow("", []string{"serviceaccounts/token"}, "create")
	rule.ResourceNames = []string{h.account(m)}
	return h.inNamespace(grant{h.account(m) + "-token", h.account(m), []rbacv1.PolicyRule{rule}})
}

// rights are what the federation's account may do in a member.
type rights struct{ everywhere, inNamespace []rbacv1.PolicyRule }

// rightsOf are what the account may do in a member.
func (h Host) rightsOf(ctx context.Context, m Member) (rights, error) {
	granted, err := h.rights(ctx)
	switch {
	case err != nil || m.Rules == nil:
		return granted, err
	case granted.inNamespace != nil:
		granted.inNamespace = m.Rules
		return granted, nil
	}
	return rights{everywhere: m.Rules}, nil
}

// rights are what the controller, or the agent, does in a member: it probes it,
// watches its nodes, and carries the types that are enabled.
func (h Host) rights(ctx context.Context) (rights, error) {
	client, err := dynamic.NewForConfig(h.Config)
	if err != nil {
		return rights{}, fmt.Errorf("host: %w", err)
	}
	scope, err := h.scope(ctx, client)
	if err != nil {
		return rights{}, fmt.Errorf("host: %w", err)
	}
	types, err := h.types(ctx, client)
	if err != nil {
		return rights{}, fmt.Errorf("host: %w", err)
	}
	awaited := allow("", []string{"namespaces"}, "list", "watch") // while something waits for one
	if scope == federation.NamespaceScoped {
		awaited.ResourceNames = []string{h.Namespace}
	}
	granted := rights{everywhere: []rbacv1.PolicyRule{
		{NonResourceURLs: []string{"/healthz", "/readyz", "/version"}, Verbs: []string{"get"}},
		allow("", []string{"nodes"}, "get", "list", "watch"),
		awaited,
		allow("apiextensions.k8s.io", []string{"customresourcedefinitions"}, "list", "watch"),
	}}
	if scope == federation.NamespaceScoped {
		granted.inNamespace = types
	} else {
		granted.everywhere = append(granted.everywhere, types...)
	}
	return granted, nil
}

// types are the rights on the objects of the types that are enabled, on the pods
// that they run: how many do, and how many find no room, is seen in these; and on
// the endpoints of services: names lead to those that have some.
func (h Host) types(ctx context.Context, client dynamic.Interface) ([]rbacv1.PolicyRule, error) {
	list, err := client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(h.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var rules []rbacv1.PolicyRule
	pods, services := false, false
	for i := range list.Items {
		target, err := targetOf(&list.Items[i])
		if err != nil {
			return nil, err
		}
		rules = append(rules, allow(target.Group, []string{target.Resource}, verbs(target)...))
		pods = pods || runsPods(target)
		services = services || target == schema.GroupResource{Resource: "services"}
	}
	if services {
		rules = append(rules, allow("discovery.k8s.io", []string{"endpointslices"}, "list", "watch"))
	}
	if pods {
		rules = append(rules, allow("", []string{"pods"}, "list", "watch"))
	}
	return rules, nil
}

// runsPods says whether objects of a type may have pods: those of Kubernetes that
// do, and all that are not Kubernetes' own.
func runsPods(target schema.GroupResource) bool {
	switch target.Group {
	case "apps", "batch":
		return true
	case "":
		return target.Resource == "replicationcontrollers"
	}
	return strings.Contains(target.Group, ".") && !strings.HasSuffix(target.Group, ".k8s.io")
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

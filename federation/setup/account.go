package setup

import (
	"context"
	"fmt"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	bundlev1alpha1 "github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	corev1alpha1 "github.com/fedrail/fedrail/federation/apis/core/v1alpha1"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	schedulingv1alpha1 "github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// controllerAccount is the name of the controller's service account on the host,
// of its roles and of their bindings.
const controllerAccount = "fedrail-controller"

// Kubeconfig is a kubeconfig file for a controller outside of the host: that of
// the service account that Install made for it, good for 30 days.
func (h Host) Kubeconfig(ctx context.Context) ([]byte, error) {
	content, err := tokenFile(ctx, "host", h.Config, types.NamespacedName{Namespace: h.Namespace, Name: controllerAccount})
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	return content, nil
}

// controllerObjects are the controller's account and what it may do on the host:
// no more than it does. Types of another group than KubeFed's need a role of
// their own.
func (h Host) controllerObjects(scope federation.Scope) []placed {
	objects := []rbacv1.PolicyRule{
		allow(federatedkind.DefaultGroup, []string{"*"}, "get", "list", "watch", "patch"),
		allow(schedulingv1alpha1.Group, []string{"*"}, "get", "list", "watch", "patch"),
		allow(multiclusterdnsv1alpha1.Group, []string{"*"}, "get", "list", "watch", "patch"),
		allow(multiclusterdnsv1alpha1.Group, []string{"dnsendpoints"}, "create", "delete"),
		allow(externaldnsv1alpha1.Group, []string{"dnsendpoints"}, "get", "list", "watch", "create", "patch", "delete"),
		allow("", []string{"events"}, "create", "patch"),
		allow(corev1alpha1.Group, []string{"federatedservicestatuses"}, "list", "watch", "create", "patch"),
	}
	system := []rbacv1.PolicyRule{
		allow(corev1beta1.Group, []string{"*"}, "get", "list", "watch", "patch"),
		allow(corev1beta1.Group, []string{"kubefedconfigs"}, "create"),
		allow("", []string{"secrets"}, "get", "list", "watch", "patch"),        // tokens are renewed
		allow("", []string{"configmaps"}, "list", "create", "patch", "delete"), // what is left behind
		allow("coordination.k8s.io", []string{"leases"}, "get", "create", "update"),
	}
	account := []placed{h.serviceAccount(controllerAccount)}
	if scope == federation.NamespaceScoped {
		return append(account, h.inNamespace(grant{controllerAccount, controllerAccount, append(system, objects...)})...)
	}
	objects = append(objects, allow("", []string{"namespaces"}, "get", "list", "watch"),
		allow(bundlev1alpha1.Group, []string{"bundles"}, "get", "list", "watch", "create", "patch"),
		allow("coordination.k8s.io", []string{"leases"}, "list", "watch"),           // of agents
		allow("apiextensions.k8s.io", []string{"customresourcedefinitions"}, "get")) // which field is scaled
	return slices.Concat(account,
		h.everywhere(grant{controllerAccount, controllerAccount, objects}), h.inNamespace(grant{controllerAccount, controllerAccount, system}))
}

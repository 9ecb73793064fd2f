package setup

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// controllerAccount is the name of the controller's service account on the host,
// of its roles and of their bindings.
const controllerAccount = "fedrail-controller"

// Kubeconfig is a kubeconfig file for a controller outside of the host: that of
// the service account that Install made for it, good for 30 days.
func (h Host) Kubeconfig(ctx context.Context) ([]byte, error) {
	client, err := kubernetes.NewForConfig(h.Config)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	token, err := client.CoreV1().ServiceAccounts(h.Namespace).CreateToken(ctx, controllerAccount, tokenRequest(), metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("host: token of service account %q: %w", controllerAccount, err)
	}
	file := clientcmdapi.NewConfig()
	file.CurrentContext = "host"
	file.Contexts["host"] = &clientcmdapi.Context{Cluster: "host", AuthInfo: controllerAccount, Namespace: h.Namespace}
	file.Clusters["host"] = &clientcmdapi.Cluster{Server: h.Config.Host, CertificateAuthorityData: h.Config.CAData}
	file.AuthInfos[controllerAccount] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	return clientcmd.Write(*file)
}

// controllerObjects are the controller's account and what it may do on the host:
// no more than it does.
func (h Host) controllerObjects() []placed {
	all := []placed{{corev1.SchemeGroupVersion.WithResource("serviceaccounts"), &corev1.ServiceAccount{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: metav1.ObjectMeta{Name: controllerAccount, Namespace: h.Namespace},
	}}}
	return append(append(all, h.everywhere()...), h.inNamespace()...)
}

// everywhere is what the controller may do in all namespaces. Types of another
// group than KubeFed's need a role of their own.
func (h Host) everywhere() []placed {
	role := &rbacv1.ClusterRole{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{Name: controllerAccount},
		Rules: []rbacv1.PolicyRule{
			allow(federatedkind.DefaultGroup, []string{"*"}, "get", "list", "watch", "patch"),
			allow("", []string{"namespaces"}, "get", "list", "watch"),
			allow("", []string{"events"}, "create", "patch"),
		},
	}
	binding := &rbacv1.ClusterRoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRoleBinding"},
		ObjectMeta: metav1.ObjectMeta{Name: controllerAccount},
		Subjects:   []rbacv1.Subject{h.controllerSubject()},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: role.Name},
	}
	return []placed{
		{rbacv1.SchemeGroupVersion.WithResource("clusterroles"), role},
		{rbacv1.SchemeGroupVersion.WithResource("clusterrolebindings"), binding},
	}
}

// inNamespace is what it may do in the system namespace.
func (h Host) inNamespace() []placed {
	role := &rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"},
		ObjectMeta: metav1.ObjectMeta{Name: controllerAccount, Namespace: h.Namespace},
		Rules: []rbacv1.PolicyRule{
			allow(corev1beta1.Group, []string{"*"}, "get", "list", "watch", "patch"),
			allow(corev1beta1.Group, []string{"kubefedconfigs"}, "create"),
			allow("", []string{"secrets"}, "get", "list", "watch"),
			allow("", []string{"configmaps"}, "list", "create", "patch", "delete"), // what is left behind
			allow("coordination.k8s.io", []string{"leases"}, "get", "create", "update"),
		},
	}
	binding := &rbacv1.RoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"},
		ObjectMeta: metav1.ObjectMeta{Name: controllerAccount, Namespace: h.Namespace},
		Subjects:   []rbacv1.Subject{h.controllerSubject()},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: role.Name},
	}
	return []placed{
		{rbacv1.SchemeGroupVersion.WithResource("roles"), role},
		{rbacv1.SchemeGroupVersion.WithResource("rolebindings"), binding},
	}
}

func (h Host) controllerSubject() rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: h.Namespace, Name: controllerAccount}
}

func allow(group string, resources []string, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
}

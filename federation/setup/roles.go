package setup

import (
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// allow is a rule about resources of a group.
func allow(group string, resources []string, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
}

// serviceAccount is an account in the system namespace.
func (h Host) serviceAccount(name string) placed {
	return placed{corev1.SchemeGroupVersion.WithResource("serviceaccounts"), &corev1.ServiceAccount{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: h.Namespace},
	}}
}

// grant is a role of an account in the system namespace.
type grant struct {
	role    string // its name
	account string
	rules   []rbacv1.PolicyRule
}

// everywhere grants rights in all namespaces, and on what is in none.
func (h Host) everywhere(g grant) []placed {
	role := &rbacv1.ClusterRole{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{Name: g.role},
		Rules:      g.rules,
	}
	binding := &rbacv1.ClusterRoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRoleBinding"},
		ObjectMeta: metav1.ObjectMeta{Name: g.role},
		Subjects:   h.subjects(g.account),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: g.role},
	}
	return []placed{
		{rbacv1.SchemeGroupVersion.WithResource("clusterroles"), role},
		{rbacv1.SchemeGroupVersion.WithResource("clusterrolebindings"), binding},
	}
}

// inNamespace grants rights in the system namespace alone.
func (h Host) inNamespace(g grant) []placed {
	role := &rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"},
		ObjectMeta: metav1.ObjectMeta{Name: g.role, Namespace: h.Namespace},
		Rules:      g.rules,
	}
	binding := &rbacv1.RoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"},
		ObjectMeta: metav1.ObjectMeta{Name: g.role, Namespace: h.Namespace},
		Subjects:   h.subjects(g.account),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: g.role},
	}
	return []placed{
		{rbacv1.SchemeGroupVersion.WithResource("roles"), role},
		{rbacv1.SchemeGroupVersion.WithResource("rolebindings"), binding},
	}
}

func (h Host) subjects(account string) []rbacv1.Subject {
	return []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: h.Namespace, Name: account}}
}

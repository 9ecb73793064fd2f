package pull

import (
	"maps"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
)

// AccountName is the name of an agent's ServiceAccount on the host, in its
// member's namespace.
const AccountName = "agent"

// Account is what the host needs for a member: its Namespace, with these labels,
// and in it a ServiceAccount, Role, RoleBinding and Lease, in the order in which
// they are to be created. The account may read the member's bundles, write their
// status, and renew the Lease, and nothing else anywhere. The objects are the
// caller's own.
func Account(cluster federation.ClusterName, own labels.Set) []runtime.Object {
	name := NamespaceOf(cluster)
	withName := maps.Clone(map[string]string(own))
	if withName == nil {
		withName = map[string]string{}
	}
	withName[MemberLabel] = "true"
	meta := metav1.ObjectMeta{Namespace: name, Name: AccountName}
	return []runtime.Object{
		&corev1.Namespace{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: withName,
				Annotations: map[string]string{ClusterAnnotation: string(cluster)}},
		},
		&corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: meta},
		role(meta),
		&rbacv1.RoleBinding{
			TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"},
			ObjectMeta: meta,
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: name, Name: AccountName}},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: AccountName},
		},
		&coordinationv1.Lease{
			TypeMeta:   metav1.TypeMeta{APIVersion: coordinationv1.SchemeGroupVersion.String(), Kind: "Lease"},
			ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: LeaseName, Labels: map[string]string{MemberLabel: "true"}},
		},
	}
}

func role(meta metav1.ObjectMeta) *rbacv1.Role {
	return &rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"},
		ObjectMeta: meta,
		Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{v1alpha1.Group}, Resources: []string{"bundles"}, Verbs: []string{"get", "list", "watch"}},
			{APIGroups: []string{v1alpha1.Group}, Resources: []string{"bundles/status"}, Verbs: []string{"patch"}},
			{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, ResourceNames: []string{LeaseName}, Verbs: []string{"patch"}},
		},
	}
}

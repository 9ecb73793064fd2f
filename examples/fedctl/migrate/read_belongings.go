package migrate

import (
	"context"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// Accounts of KubeFed's chart.
func chartAccounts() []string { return []string{"kubefed-controller", "kubefed-admission-webhook"} }

func (r *planeReading) accounts(ctx context.Context) error {
	names := chartAccounts()
	for _, d := range r.plane.Deployments {
		if name := serviceAccountOf(d); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	found, err := r.there(ctx, accounts(), names...)
	r.plane.Accounts = found
	return err
}

func serviceAccountOf(d appsv1.Deployment) string {
	if name := d.Spec.Template.Spec.ServiceAccountName; name != "default" {
		return name
	}
	return ""
}

// bindings looks for those of KubeFed's accounts and of nobody else, and for roles of
// KubeFed's that nobody else is bound to.
func (r *planeReading) bindings(ctx context.Context) error {
	var used []Named // roles that somebody else is bound to
	var roles []Named
	for _, kind := range []Resource{clusterRoleBindings(), roleBindings()} {
		all, err := list(ctx, r.host, kind, "")
		if err != nil {
			return err
		}
		for i := range all {
			b, err := host.As[rbacv1.RoleBinding](&all[i]) // both kinds have the same fields
			if err != nil {
				return err
			}
			role := roleOf(b)
			if !r.ofKubeFedAlone(b.Subjects) {
				used = append(used, role)
				continue
			}
			r.plane.Bindings = append(r.plane.Bindings, Named{kind, b.Namespace, b.Name})
			if strings.Contains(role.Name, "kubefed") && !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	r.plane.Roles = slices.DeleteFunc(roles, func(role Named) bool { return slices.Contains(used, role) })
	return nil
}

func roleOf(b *rbacv1.RoleBinding) Named {
	if b.RoleRef.Kind == roles().Kind {
		return Named{roles(), b.Namespace, b.RoleRef.Name}
	}
	return Named{clusterRoles(), "", b.RoleRef.Name}
}

func (r *planeReading) ofKubeFedAlone(subjects []rbacv1.Subject) bool {
	return len(subjects) > 0 && !slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
		return s.Kind != rbacv1.ServiceAccountKind || s.Namespace != r.host.Namespace ||
			!slices.Contains(r.plane.Accounts, Named{accounts(), r.host.Namespace, s.Name})
	})
}

// userRoles are those that KubeFed adds to the roles of the users of namespaces.
func (r *planeReading) userRoles(ctx context.Context) error {
	for _, name := range []string{"kubefed-admin", "kubefed-edit", "kubefed-view"} {
		role, err := r.host.Typed.RbacV1().ClusterRoles().Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return err
		default:
			r.plane.UserRoles = append(r.plane.UserRoles, *role)
		}
	}
	return nil
}

func (r *planeReading) rest(ctx context.Context) error {
	found, err := r.there(ctx, services(), WebhookDeployment, "kubefed-controller-manager-metrics-service")
	if err != nil {
		return err
	}
	certificate, err := r.there(ctx, secrets(), "kubefed-admission-webhook-serving-cert")
	r.plane.Rest = append(found, certificate...)
	return err
}

// there are those of the names that are there. Of what they hold nothing is read.
func (r *planeReading) there(ctx context.Context, kind Resource, names ...string) ([]Named, error) {
	client, err := metadata.NewForConfig(r.host.Config)
	if err != nil {
		return nil, err
	}
	var found []Named
	for _, name := range names {
		_, err := client.Resource(kind.GroupVersionResource).Namespace(r.host.Namespace).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return nil, err
		default:
			found = append(found, Named{kind, r.host.Namespace, name})
		}
	}
	return found, nil
}

package migrate

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
)

// members asks those that the host reaches by a KubeFedCluster; there was no other kind
// with KubeFed.
func (r *reading) members(ctx context.Context) error {
	clusters, err := r.host.Clusters(ctx)
	if err != nil {
		return err
	}
	var asked []host.Member
	for _, c := range clusters {
		m := Member{Member: c}
		if _, m.Wrong = r.host.Reach(ctx, c); m.Wrong == nil {
			asked = append(asked, c)
		}
		r.inventory.Members = append(r.inventory.Members, m)
	}
	answers := host.Ask(ctx, r.host, asked, r.Patience, lookAt(r.federation.Types))
	for i := range r.inventory.Members {
		m := &r.inventory.Members[i]
		for _, a := range answers {
			if a.Member.Name == m.Name {
				m.Answer, m.Silent = a.Value, a.Err
			}
		}
	}
	return nil
}

// lookAt asks a member what the federation may do there, and which copies it has.
func lookAt(types []host.Type) func(context.Context, *rest.Config) (Answer, error) {
	return func(ctx context.Context, config *rest.Config) (Answer, error) {
		a, err := rightsIn(ctx, config)
		if err == nil {
			a.Copies, err = copiesIn(ctx, config, types)
		}
		return a, err
	}
}

// rightsIn says whether the account that asks may do everything, and by which roles
// that KubeFed made.
func rightsIn(ctx context.Context, config *rest.Config) (Answer, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return Answer{}, err
	}
	everything := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "*", Group: "*", Resource: "*"},
	}}
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, everything, metav1.CreateOptions{})
	if err != nil || !review.Status.Allowed {
		return Answer{}, err
	}
	found, err := client.RbacV1().ClusterRoles().List(ctx, metav1.ListOptions{})
	if err != nil {
		return Answer{}, fmt.Errorf("roles: %w", err)
	}
	a := Answer{Everything: true}
	for _, role := range found.Items {
		if strings.HasPrefix(role.Name, ControllerDeployment+":") {
			a.Roles = append(a.Roles, role.Name)
		}
	}
	return a, nil
}

// copiesIn are the objects of the types that have KubeFed's label. Of what they hold
// nothing is read.
func copiesIn(ctx context.Context, config *rest.Config, types []host.Type) ([]Copy, error) {
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	var copies []Copy
	for _, t := range types {
		if t.Spec.Propagation != corev1beta1.Enabled {
			continue
		}
		of := t.Spec.TargetType.Type()
		found, err := client.Resource(of.GroupVersionResource()).List(ctx, metav1.ListOptions{LabelSelector: propagation.ManagedLabel + "=true"})
		if apierrors.IsNotFound(err) {
			continue // it does not serve the type, and holds none
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", of, err)
		}
		for i := range found.Items {
			o := &found.Items[i]
			copies = append(copies, Copy{Type: t.Name, Key: propagation.KeyOf(o), Ours: push.ParentOf(o) != "" && push.OwnsAlone(o)})
		}
	}
	return copies, nil
}

package checkup

import (
	"context"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// right is something that some commands do on the host.
type right struct {
	what string
	of   authorizationv1.ResourceAttributes
}

func needed(namespace string) []right {
	core := func(verb, resource string) authorizationv1.ResourceAttributes {
		return authorizationv1.ResourceAttributes{Verb: verb, Group: corev1beta1.Group, Resource: resource, Namespace: namespace}
	}
	return []right{
		{"list clusters", core("list", "kubefedclusters")},
		{"join clusters", core("create", "kubefedclusters")},
		{"cordon or drain clusters", core("update", "kubefedclusters")},
		{"enable types", core("create", "federatedtypeconfigs")},
		{"read the credentials of members (get, diff, logs)", authorizationv1.ResourceAttributes{Verb: "get", Resource: "secrets", Namespace: namespace}},
		{"federate objects", authorizationv1.ResourceAttributes{Verb: "create", Group: federatedkind.DefaultGroup, Resource: "*"}},
		{"install definitions", authorizationv1.ResourceAttributes{Verb: "create", Group: "apiextensions.k8s.io", Resource: "customresourcedefinitions"}},
	}
}

// may asks the host whether whoever asks has a right.
func (e *examination) may(ctx context.Context, r right) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &r.of}}
	answer, err := e.host.Typed.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return answer.Status.Allowed, nil
}

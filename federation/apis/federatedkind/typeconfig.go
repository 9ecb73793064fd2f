package federatedkind

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// TypeConfig makes the FederatedTypeConfig that has the kind carried to the
// members, for the system namespace of that name. Status is not collected.
func (k Kind) TypeConfig(namespace string) *corev1beta1.FederatedTypeConfig {
	return &corev1beta1.FederatedTypeConfig{
		TypeMeta: metav1.TypeMeta{
			APIVersion: corev1beta1.GroupVersion().String(),
			Kind:       "FederatedTypeConfig",
		},
		ObjectMeta: metav1.ObjectMeta{Name: k.Target.String(), Namespace: namespace},
		Spec: corev1beta1.FederatedTypeConfigSpec{
			TargetType:    corev1beta1.APIResourceOf(k.Target),
			Propagation:   corev1beta1.Enabled,
			FederatedType: corev1beta1.APIResourceOf(k.Federated()),
		},
	}
}

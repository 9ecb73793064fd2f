package federated

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
)

// IntentOf reads what a federated object declares, as the loop of its type does, which
// the config describes. What the loop knows of the rest of the host is not in it: the
// bound of the namespace (see [BoundOf]), and what is awaited there. What cannot be
// understood is told by Invalid. The intent shares memory with the object, and neither
// may be changed.
//
// An object that was never stored has no UID and no generation; the intent has none
// either then.
func IntentOf(object *unstructured.Unstructured, config *corev1beta1.FederatedTypeConfig) propagation.Intent {
	o := optionsOf(config.WithDefaults())
	name, namespace := o.declares(object)
	return intentOf(object, o, propagation.Key{Namespace: namespace, Name: name})
}

// optionsOf are those Options that a config sets.
func optionsOf(config *corev1beta1.FederatedTypeConfig) Options {
	return Options{
		Target: config.Spec.TargetType.Type(), Federated: config.Spec.FederatedType.Type(),
		Holding: holdingOf(config.Spec.Ownership), Follow: config.Spec.FollowDependencies == corev1beta1.Enabled,
	}
}

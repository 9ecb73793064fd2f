package pull

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
)

// TaintsOf reads the taints of the member that a namespace is for. The error says
// what is wrong with them.
func TaintsOf(namespace metav1.Object) ([]corev1.Taint, error) {
	text := namespace.GetAnnotations()[TaintsAnnotation]
	var taints []corev1.Taint
	err := yaml.UnmarshalStrict([]byte(text), &taints)
	if err == nil {
		err = federation.ValidateTaints(taints)
	}
	if err != nil {
		return nil, fmt.Errorf("namespace %q: metadata.annotations[%s]: want a list such as [{key: maintenance, effect: NoSchedule}]: %w",
			namespace.GetName(), TaintsAnnotation, err)
	}
	return taints, nil
}

// taints are those of the member. While they cannot be read, nothing new goes
// there and what is there stays.
func (r *Registry) taints(namespace metav1.Object, a *age) []corev1.Taint {
	taints, err := TaintsOf(namespace)
	if err == nil {
		a.wrong = ""
		return taints
	}
	if a.wrong != err.Error() {
		a.wrong = err.Error() // once for each thing that is wrong
		r.Logger.Error(err, "taints cannot be read, nothing new goes to the cluster", "cluster", namespace.GetAnnotations()[ClusterAnnotation])
	}
	return unreadable()
}

// unreadable are the taints of a member whose own cannot be read.
func unreadable() []corev1.Taint {
	return []corev1.Taint{{Key: UnreadableTaint, Effect: corev1.TaintEffectNoSchedule}}
}

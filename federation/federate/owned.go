package federate

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Owner says who keeps an object, where that is a controller or the cluster itself and
// not somebody who declares it: each cluster gets such objects of its own. It is empty
// for all others.
func Owner(o *unstructured.Unstructured) string {
	if by := metav1.GetControllerOf(o); by != nil {
		return fmt.Sprintf("%s %q", by.Kind, by.Name)
	}
	secretType, _, _ := unstructured.NestedString(o.Object, "type")
	switch kind := o.GroupVersionKind().GroupKind(); {
	case isKeptByClusters(kind):
	case kind == schema.GroupKind{Kind: "ConfigMap"} && o.GetName() == "kube-root-ca.crt":
	case kind == schema.GroupKind{Kind: "ServiceAccount"} && o.GetName() == "default":
	case kind == schema.GroupKind{Kind: "Service"} && o.GetName() == "kubernetes" && o.GetNamespace() == metav1.NamespaceDefault:
	case kind == schema.GroupKind{Kind: "Secret"} && isToken(corev1.SecretType(secretType)):
	default:
		return ""
	}
	return "the cluster"
}

// isKeptByClusters says of a kind that its objects tell what happens in a cluster.
func isKeptByClusters(kind schema.GroupKind) bool {
	switch kind {
	case schema.GroupKind{Group: "discovery.k8s.io", Kind: "EndpointSlice"}, schema.GroupKind{Kind: "Endpoints"},
		schema.GroupKind{Group: "coordination.k8s.io", Kind: "Lease"},
		schema.GroupKind{Kind: "Event"}, schema.GroupKind{Group: "events.k8s.io", Kind: "Event"}:
		return true
	}
	return false
}

func isToken(t corev1.SecretType) bool {
	return t == corev1.SecretTypeServiceAccountToken || t == corev1.SecretTypeBootstrapToken
}

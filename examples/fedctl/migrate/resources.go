package migrate

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// Resource is where a kind is served, and what it is called.
type Resource struct {
	schema.GroupVersionResource
	Kind string
}

func kindOf(gv schema.GroupVersion, resource, kind string) Resource {
	return Resource{gv.WithResource(resource), kind}
}

func deployments() Resource { return kindOf(appsv1.SchemeGroupVersion, "deployments", "Deployment") }
func services() Resource    { return kindOf(corev1.SchemeGroupVersion, "services", "Service") }
func secrets() Resource     { return kindOf(corev1.SchemeGroupVersion, "secrets", "Secret") }
func configMaps() Resource  { return kindOf(corev1.SchemeGroupVersion, "configmaps", "ConfigMap") }
func endpoints() Resource   { return kindOf(corev1.SchemeGroupVersion, "endpoints", "Endpoints") }
func accounts() Resource {
	return kindOf(corev1.SchemeGroupVersion, "serviceaccounts", "ServiceAccount")
}
func roles() Resource        { return kindOf(rbacv1.SchemeGroupVersion, "roles", "Role") }
func roleBindings() Resource { return kindOf(rbacv1.SchemeGroupVersion, "rolebindings", "RoleBinding") }
func clusterRoles() Resource { return kindOf(rbacv1.SchemeGroupVersion, "clusterroles", "ClusterRole") }
func clusterRoleBindings() Resource {
	return kindOf(rbacv1.SchemeGroupVersion, "clusterrolebindings", "ClusterRoleBinding")
}

func definitions() Resource {
	return kindOf(schema.GroupVersion{Group: "apiextensions.k8s.io", Version: "v1"}, "customresourcedefinitions", "CustomResourceDefinition")
}

func validatingWebhooks() Resource {
	return kindOf(admission(), "validatingwebhookconfigurations", "ValidatingWebhookConfiguration")
}

func mutatingWebhooks() Resource {
	return kindOf(admission(), "mutatingwebhookconfigurations", "MutatingWebhookConfiguration")
}

func admission() schema.GroupVersion {
	return schema.GroupVersion{Group: "admissionregistration.k8s.io", Version: "v1"}
}

// KubeFed's private memory, which nobody writes any more.
func propagatedVersions() Resource {
	return kindOf(privateMemory(), "propagatedversions", "PropagatedVersion")
}

func clusterPropagatedVersions() Resource {
	return kindOf(privateMemory(), "clusterpropagatedversions", "ClusterPropagatedVersion")
}

func privateMemory() schema.GroupVersion {
	return schema.GroupVersion{Group: "core.kubefed.io", Version: "v1alpha1"}
}

// at is where objects of a kind are; of one without namespaces when it is empty.
func (r Resource) at(client dynamic.Interface, namespace string) dynamic.ResourceInterface {
	if namespace == "" {
		return client.Resource(r.GroupVersionResource)
	}
	return client.Resource(r.GroupVersionResource).Namespace(namespace)
}

// String is the object for people.
func (n Named) String() string { return n.Resource.Kind + " " + n.Name }

// Definitions is where CustomResourceDefinitions are served.
func Definitions() schema.GroupVersionResource { return definitions().GroupVersionResource }

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group and Version are where the kinds of this package are served.
const (
	Group   = "core.kubefed.io"
	Version = "v1alpha1"
)

// ServiceStatusKind is the kind of a [FederatedServiceStatus].
const ServiceStatusKind = "FederatedServiceStatus"

// GroupVersion is Group and Version together.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// FederatedServiceStatuses is where objects of kind [FederatedServiceStatus] are
// served.
func FederatedServiceStatuses() schema.GroupVersionResource {
	return GroupVersion().WithResource("federatedservicestatuses")
}

// AddToScheme makes the kinds of this package known to scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(), &FederatedServiceStatus{}, &FederatedServiceStatusList{})
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group and Version are where the kinds of this package are served.
const (
	Group   = "propagation.fedrail.io"
	Version = "v1alpha1"
)

// GroupVersion is Group and Version together.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// Bundles is where objects of kind [Bundle] are served.
func Bundles() schema.GroupVersionResource {
	return GroupVersion().WithResource("bundles")
}

// AddToScheme makes the kinds of this package known to scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(), &Bundle{}, &BundleList{})
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}

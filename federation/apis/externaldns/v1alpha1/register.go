package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group and Version are where the kinds of this package are served.
const (
	Group   = "externaldns.k8s.io"
	Version = "v1alpha1"
)

// GroupVersion is Group and Version together.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// DNSEndpoints is where objects of kind [DNSEndpoint] are served.
func DNSEndpoints() schema.GroupVersionResource {
	return GroupVersion().WithResource("dnsendpoints")
}

// AddToScheme makes the kinds of this package known to scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(), &DNSEndpoint{}, &DNSEndpointList{})
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}

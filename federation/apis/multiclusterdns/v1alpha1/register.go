package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group and Version are where the kinds of this package are served.
const (
	Group   = "multiclusterdns.kubefed.io"
	Version = "v1alpha1"
)

// GroupVersion is Group and Version together.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// Domains is where objects of kind [Domain] are served.
func Domains() schema.GroupVersionResource { return GroupVersion().WithResource("domains") }

// ServiceDNSRecords is where objects of kind [ServiceDNSRecord] are served.
func ServiceDNSRecords() schema.GroupVersionResource {
	return GroupVersion().WithResource("servicednsrecords")
}

// IngressDNSRecords is where objects of kind [IngressDNSRecord] are served.
func IngressDNSRecords() schema.GroupVersionResource {
	return GroupVersion().WithResource("ingressdnsrecords")
}

// GatewayDNSRecords is where objects of kind [GatewayDNSRecord] are served.
func GatewayDNSRecords() schema.GroupVersionResource {
	return GroupVersion().WithResource("gatewaydnsrecords")
}

// DNSEndpoints is where objects of kind [DNSEndpoint] are served.
func DNSEndpoints() schema.GroupVersionResource { return GroupVersion().WithResource("dnsendpoints") }

// AddToScheme makes the kinds of this package known to scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(),
		&Domain{}, &DomainList{}, &ServiceDNSRecord{}, &ServiceDNSRecordList{}, &IngressDNSRecord{}, &IngressDNSRecordList{},
		&GatewayDNSRecord{}, &GatewayDNSRecordList{}, &DNSEndpoint{}, &DNSEndpointList{})
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}

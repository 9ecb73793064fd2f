// Package v1alpha1 is the API group multiclusterdns.kubefed.io/v1alpha1: a
// [Domain] is where names are, and a [ServiceDNSRecord], [IngressDNSRecord] or
// [GatewayDNSRecord] gives names to a federated Service, Ingress or Gateway of its
// own namespace and name. Names and JSON are KubeFed's; what is new with Fedrail
// is optional, and the GatewayDNSRecord.
//
// +kubebuilder:object:generate=true
// +groupName=multiclusterdns.kubefed.io
package v1alpha1

// Package v1alpha1 is what external-dns reads of the API group
// externaldns.k8s.io/v1alpha1: a [DNSEndpoint] lists record sets, and external-dns
// writes them to a DNS provider. The kind is external-dns' own; only its JSON is
// written down here, so that nobody has to import external-dns itself.
//
// +kubebuilder:object:generate=true
// +groupName=externaldns.k8s.io
package v1alpha1

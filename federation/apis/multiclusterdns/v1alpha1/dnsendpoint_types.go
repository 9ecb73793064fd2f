package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	externaldns "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
)

// DNSEndpoint is the kind that external-dns up to v0.20 reads when it is told to,
// in the place of its own. Later ones read their own only.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=dnsendpoints,scope=Namespaced
// +kubebuilder:subresource:status
type DNSEndpoint struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	Spec externaldns.DNSEndpointSpec `json:"spec,omitzero"`
	// +optional
	Status externaldns.DNSEndpointStatus `json:"status,omitzero"`
}

// DNSEndpointList is a list of DNSEndpoints.
//
// +kubebuilder:object:root=true
type DNSEndpointList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []DNSEndpoint `json:"items"`
}

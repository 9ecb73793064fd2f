package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DNSEndpoint lists record sets that external-dns should write.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=dnsendpoints,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:metadata:annotations="api-approved.kubernetes.io=https://github.com/kubernetes-sigs/external-dns/pull/2007"
type DNSEndpoint struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	Spec DNSEndpointSpec `json:"spec,omitzero"`
	// +optional
	Status DNSEndpointStatus `json:"status,omitzero"`
}

// DNSEndpointList is a list of DNSEndpoints.
//
// +kubebuilder:object:root=true
type DNSEndpointList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []DNSEndpoint `json:"items"`
}

// DNSEndpointSpec is the record sets.
type DNSEndpointSpec struct {
	// +optional
	// +listType=atomic
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Endpoint is one record set.
type Endpoint struct {
	// The name, without a dot at the end.
	// +optional
	DNSName string `json:"dnsName,omitempty"`

	// A, AAAA, CNAME and so on.
	// +optional
	RecordType string `json:"recordType,omitempty"`

	// Addresses, or the one name that a CNAME leads to.
	// +optional
	// +listType=atomic
	Targets []string `json:"targets,omitempty"`

	// How many seconds it may be remembered; the provider's own when it is absent.
	// +optional
	RecordTTL int64 `json:"recordTTL,omitempty"`

	// Tells apart record sets of one name and type that the provider chooses from.
	// +optional
	SetIdentifier string `json:"setIdentifier,omitempty"`

	// Words for whoever writes the records.
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// What only one provider knows.
	// +optional
	// +listType=atomic
	ProviderSpecific []ProviderSpecificProperty `json:"providerSpecific,omitempty"`
}

// ProviderSpecificProperty is something that only one provider knows.
type ProviderSpecificProperty struct {
	// +optional
	Name string `json:"name,omitempty"`
	// +optional
	Value string `json:"value,omitempty"`
}

// DNSEndpointStatus is what external-dns says.
type DNSEndpointStatus struct {
	// The generation that external-dns has read last. It does not say that the
	// records are in DNS.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

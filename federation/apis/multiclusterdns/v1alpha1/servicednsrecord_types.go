package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ServiceDNSRecord gives names to the federated Service of its namespace and name:
// one for everywhere, for each region and for each zone where it runs.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=servicednsrecords,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=Domain,type=string,JSONPath=`.status.domain`
// +kubebuilder:printcolumn:name=Records,type=integer,JSONPath=`.status.records`
// +kubebuilder:printcolumn:name=Ready,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].status`
// +kubebuilder:printcolumn:name=Reason,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].reason`
// +kubebuilder:printcolumn:name=Complete,type=string,JSONPath=`.status.conditions[?(@.type=='Complete')].status`
// +kubebuilder:printcolumn:name=Message,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=='Ready')].message`
// +kubebuilder:printcolumn:name=Age,type=date,JSONPath=`.metadata.creationTimestamp`
type ServiceDNSRecord struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	Spec ServiceDNSRecordSpec `json:"spec,omitzero"`
	// +optional
	Status DNSRecordStatus `json:"status,omitzero"`
}

// ServiceDNSRecordList is a list of ServiceDNSRecords.
//
// +kubebuilder:object:root=true
type ServiceDNSRecordList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []ServiceDNSRecord `json:"items"`
}

// ServiceDNSRecordSpec says which names a service has, and how they are written.
type ServiceDNSRecordSpec struct {
	// The name of the Domain, in the system namespace, that the names are in. It is
	// part of the names as well.
	// +kubebuilder:validation:MinLength=1
	DomainRef string `json:"domainRef"`

	// One more name, in front of the domain, that leads to where clients are sent
	// from everywhere.
	// +optional
	DNSPrefix string `json:"dnsPrefix,omitempty"`

	// What stands for the name of the service in its names.
	// +optional
	ExternalName string `json:"externalName,omitempty"`

	// Clients are sent to a cluster even when no pod of the service is ready there,
	// for a service without a selector, or whose endpoints nobody may see.
	// +optional
	AllowServiceWithoutEndpoints bool `json:"allowServiceWithoutEndpoints,omitempty"`

	// What the name of a zone or region does where no cluster serves: Addresses gives
	// it those of the next level, and is the default; Name makes it a CNAME to that, as
	// KubeFed did. external-dns changes an address into a CNAME in two steps, with no
	// answer between them. It is new with Fedrail.
	// +optional
	// +kubebuilder:validation:Enum=Addresses;Name
	Fallback FallbackPolicy `json:"fallback,omitempty"`

	DNSRecordOptions `json:",inline"`
}

// FallbackPolicy is what a name does where no cluster serves.
type FallbackPolicy string

// The values of a FallbackPolicy.
const (
	FallbackAddresses FallbackPolicy = "Addresses"
	FallbackName      FallbackPolicy = "Name"
)

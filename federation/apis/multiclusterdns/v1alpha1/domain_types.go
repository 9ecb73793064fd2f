package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Domain is a DNS domain that names can be in. It is in the system namespace, and
// records speak of it by its name. It has no spec; all below nameServer is new
// with Fedrail.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=domains,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=Domain,type=string,JSONPath=`.domain`
// +kubebuilder:printcolumn:name=Valid,type=string,JSONPath=`.status.conditions[?(@.type=='Valid')].status`
// +kubebuilder:printcolumn:name=Records,type=integer,JSONPath=`.status.records`
// +kubebuilder:printcolumn:name=Message,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=='Valid')].message`
// +kubebuilder:printcolumn:name=Age,type=date,JSONPath=`.metadata.creationTimestamp`
type Domain struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// The domain, such as example.com. One dot at its end is left out.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=254
	Domain string `json:"domain"`

	// A server that answers for the domain, as an address or a name with or without
	// a port; it is asked by whoever checks the records. Nobody writes to it.
	// +optional
	NameServer string `json:"nameServer,omitempty"`

	// What the DNS provider of the domain can do beside plain records. Without it
	// no more than these are written.
	// +optional
	Provider DomainProvider `json:"provider,omitzero"`

	// +optional
	Status DomainStatus `json:"status,omitzero"`
}

// DomainList is a list of Domains.
//
// +kubebuilder:object:root=true
type DomainList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Domain `json:"items"`
}

// DomainProvider is the names of what a provider can do, in external-dns' words:
// for Route 53 aws/weight, aws/geolocation-continent-code, and
// aws/geolocation-country-code with the value *.
type DomainProvider struct {
	// The property with the weight of a record set.
	// +optional
	Weight string `json:"weight,omitempty"`

	// The property with the location of a record set.
	// +optional
	Location string `json:"location,omitempty"`

	// The property, and its value, of the record set for clients in no location that
	// a cluster has.
	// +optional
	Elsewhere ProviderProperty `json:"elsewhere,omitzero"`
}

// ProviderProperty is something that only one provider knows.
type ProviderProperty struct {
	// +optional
	Name string `json:"name,omitempty"`
	// +optional
	Value string `json:"value,omitempty"`
}

// DomainStatus says whether names can be made in a domain.
type DomainStatus struct {
	// The generation that the rest speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Valid: names can be made in the domain.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// How many records have names in the domain.
	// +optional
	Records int64 `json:"records"`
}

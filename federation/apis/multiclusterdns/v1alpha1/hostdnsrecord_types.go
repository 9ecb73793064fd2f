package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IngressDNSRecord gives names to the federated Ingress of its namespace and name.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=ingressdnsrecords,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=Hosts,type=string,JSONPath=`.spec.hosts`
// +kubebuilder:printcolumn:name=Records,type=integer,JSONPath=`.status.records`
// +kubebuilder:printcolumn:name=Ready,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].status`
// +kubebuilder:printcolumn:name=Reason,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].reason`
// +kubebuilder:printcolumn:name=Complete,type=string,JSONPath=`.status.conditions[?(@.type=='Complete')].status`
// +kubebuilder:printcolumn:name=Message,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=='Ready')].message`
// +kubebuilder:printcolumn:name=Age,type=date,JSONPath=`.metadata.creationTimestamp`
type IngressDNSRecord struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	Spec HostDNSRecordSpec `json:"spec,omitzero"`
	// +optional
	Status DNSRecordStatus `json:"status,omitzero"`
}

// IngressDNSRecordList is a list of IngressDNSRecords.
//
// +kubebuilder:object:root=true
type IngressDNSRecordList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []IngressDNSRecord `json:"items"`
}

// GatewayDNSRecord gives names to the federated Gateway (gateway.networking.k8s.io)
// of its namespace and name.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=gatewaydnsrecords,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=Hosts,type=string,JSONPath=`.spec.hosts`
// +kubebuilder:printcolumn:name=Records,type=integer,JSONPath=`.status.records`
// +kubebuilder:printcolumn:name=Ready,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].status`
// +kubebuilder:printcolumn:name=Reason,type=string,JSONPath=`.status.conditions[?(@.type=='Ready')].reason`
// +kubebuilder:printcolumn:name=Complete,type=string,JSONPath=`.status.conditions[?(@.type=='Complete')].status`
// +kubebuilder:printcolumn:name=Message,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=='Ready')].message`
// +kubebuilder:printcolumn:name=Age,type=date,JSONPath=`.metadata.creationTimestamp`
type GatewayDNSRecord struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +optional
	Spec HostDNSRecordSpec `json:"spec,omitzero"`
	// +optional
	Status DNSRecordStatus `json:"status,omitzero"`
}

// GatewayDNSRecordList is a list of GatewayDNSRecords.
//
// +kubebuilder:object:root=true
type GatewayDNSRecordList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []GatewayDNSRecord `json:"items"`
}

// HostDNSRecordSpec says which hosts an Ingress or a Gateway has, and how their
// names are written.
type HostDNSRecordSpec struct {
	// The names, each of which gets all addresses. The first label may be *.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=256
	Hosts []string `json:"hosts,omitempty"`

	// The name of the Domain, in the system namespace, that the hosts are in. It is
	// new with Fedrail, and needed only for what that Domain says: what its provider
	// can do, and that a host which is the domain itself can lead to no other name.
	// +optional
	DomainRef string `json:"domainRef,omitempty"`

	DNSRecordOptions `json:",inline"`
}

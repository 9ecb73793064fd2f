package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The types of the conditions.
const (
	Ready    = "Ready"    // of a record: its names are handed to external-dns
	Complete = "Complete" // of a record: every cluster, and every level, is served as it might be
	Valid    = "Valid"    // of a Domain: names can be made in it
)

// The reasons of the condition [Ready].
const (
	Published      = "Published"      // while it is True
	DomainNotFound = "DomainNotFound" // the system namespace has no Domain of that name
	InvalidDomain  = "InvalidDomain"  // names cannot be made in the Domain
	InvalidRecord  = "InvalidRecord"  // the record itself makes no sense
	NotFederated   = "NotFederated"   // no federated object has its namespace and name
	NotPlaced      = "NotPlaced"      // that object is in no cluster
	NobodyServes   = "NobodyServes"   // no cluster has an address that can be published
	NameTaken      = "NameTaken"      // an older record has all of its names
	NotWritten     = "NotWritten"     // the host refused what was decided
)

// The reasons of the condition [Complete].
const (
	AllServed       = "AllServed"       // while it is True
	SomethingLacked = "SomethingLacked" // its message says what
)

// DNSRecordStatus is what is published of each cluster, and why not more. It is
// also the memory of the controller: what is published of a cluster that is away
// is here, so that it stays when the controller starts anew.
type DNSRecordStatus struct {
	// The domain that the names are in.
	// +optional
	Domain string `json:"domain,omitempty"`

	// Each cluster where the federated object is placed, in name order.
	// +optional
	// +listType=map
	// +listMapKey=cluster
	DNS []ClusterDNS `json:"dns,omitempty"`

	// The generation of the spec that the rest speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Ready: the names are handed to external-dns. Complete: every cluster and every
	// level is served as it might be.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// How many record sets are handed to external-dns.
	// +optional
	Records int64 `json:"records"`
}

// ClusterDNS is what is published of one cluster.
type ClusterDNS struct {
	Cluster string `json:"cluster"`

	// The load balancer that clients are sent to; empty while nobody is sent there.
	// +optional
	LoadBalancer LoadBalancer `json:"loadBalancer"`

	// Where the cluster is.
	// +optional
	// +listType=atomic
	Zones []string `json:"zones,omitempty"`
	// +optional
	Region string `json:"region,omitempty"`

	// Why it is published or not, in a word of package dns/failover and for people.
	// +optional
	Reason string `json:"reason,omitempty"`
	// +optional
	Message string `json:"message,omitempty"`

	// When the cluster failed in the last hour, the latest last.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	Failures []metav1.Time `json:"failures,omitempty"`
}

// LoadBalancer is where clients are sent.
type LoadBalancer struct {
	// In the order of address and hostname.
	// +optional
	// +listType=atomic
	Ingress []LoadBalancerIngress `json:"ingress,omitempty"`
}

// LoadBalancerIngress is one address or hostname of a load balancer.
type LoadBalancerIngress struct {
	// +optional
	IP string `json:"ip,omitempty"`
	// +optional
	Hostname string `json:"hostname,omitempty"`
}

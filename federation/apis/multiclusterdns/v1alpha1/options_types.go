package v1alpha1

// DNSRecordOptions is how the records of a name are written. All below recordTTL
// is new with Fedrail.
type DNSRecordOptions struct {
	// How many seconds the records may be remembered; 180 when it is absent or 0.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	RecordTTL int64 `json:"recordTTL,omitempty"`

	// What becomes of load balancers that have a hostname: Follow has a name lead to
	// it, where it is the only one, and is the default; Resolve publishes its
	// addresses.
	// +optional
	// +kubebuilder:validation:Enum=Follow;Resolve
	Hostnames HostnamePolicy `json:"hostnames,omitempty"`

	// How clients are divided over clusters.
	// +optional
	Routing Routing `json:"routing,omitzero"`

	// What becomes of a cluster that is not ready.
	// +optional
	Failover DNSFailover `json:"failover,omitzero"`
}

// HostnamePolicy is what becomes of hostnames of load balancers.
type HostnamePolicy string

// The values of a HostnamePolicy.
const (
	HostnamesFollow  HostnamePolicy = "Follow"
	HostnamesResolve HostnamePolicy = "Resolve"
)

// Routing is how clients are divided over clusters. All policies but Together need
// a Domain whose provider can do it; where it cannot, the records are those of
// Together, and the condition Complete says so.
type Routing struct {
	// Together gives all addresses to every client, and is the default. Weighted
	// gives a client the addresses of one cluster, the more often the more it
	// weighs. Located gives it those of the clusters for its location.
	// +optional
	// +kubebuilder:validation:Enum=Together;Weighted;Located
	Policy RoutingPolicy `json:"policy,omitempty"`

	// What is said of each cluster.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Clusters []ClusterRouting `json:"clusters,omitempty"`
}

// RoutingPolicy is a way to divide clients over clusters.
type RoutingPolicy string

// The values of a RoutingPolicy.
const (
	RoutingTogether RoutingPolicy = "Together"
	RoutingWeighted RoutingPolicy = "Weighted"
	RoutingLocated  RoutingPolicy = "Located"
)

// ClusterRouting is which clients are sent to a cluster.
type ClusterRouting struct {
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`

	// How many clients it gets, compared with the others; 1 when it is absent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=65535
	Weight *int64 `json:"weight,omitempty"`

	// Where the clients are who are sent there, in the provider's words.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Location string `json:"location,omitempty"`
}

// DNSFailover is what becomes of a cluster that is not ready. The times of a
// cluster that fails again and again grow by themselves.
type DNSFailover struct {
	// For how many seconds a cluster that is not ready keeps its addresses in DNS;
	// 30 when it is absent, and 0 is not at all. While no other cluster can be sent
	// to, it keeps them longer.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	KeepSeconds *int64 `json:"keepSeconds,omitempty"`

	// For how many seconds a cluster has to be ready again before its addresses come
	// back; 10 when it is absent. It doubles with each time that it failed within an
	// hour, up to ten minutes.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=600
	ReturnSeconds *int64 `json:"returnSeconds,omitempty"`
}

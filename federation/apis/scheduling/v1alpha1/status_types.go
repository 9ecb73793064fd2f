package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ReplicaSchedulingPreferenceStatus is the plan, and how far it is carried out.
// It is also the memory of the controller: what it found out about clusters is
// here, so that it does not find it out anew when it starts again.
type ReplicaSchedulingPreferenceStatus struct {
	// The generation of the spec that the rest speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Scheduled: every replica has a cluster. Settled: every cluster has been given
	// what the plan says.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// How many replicas the plan places, and how many are ready.
	// +optional
	PlacedReplicas int64 `json:"placedReplicas,omitempty"`
	// +optional
	ReadyReplicas int64 `json:"readyReplicas,omitempty"`

	// How many replicas no cluster takes.
	// +optional
	Unplaced int64 `json:"unplaced,omitempty"`

	// What each cluster gets and why, in name order.
	// +optional
	// +listType=map
	// +listMapKey=name
	Clusters []ClusterShare `json:"clusters,omitempty"`
}

// ClusterShare is what one cluster gets, and why.
type ClusterShare struct {
	Name string `json:"name"`

	// How many replicas the plan has for the cluster.
	Replicas int64 `json:"replicas"`

	// How many the cluster has been told to have. It differs from replicas while
	// others have to be ready first, and by what a full cluster is asked for beyond
	// its room.
	Given int64 `json:"given"`

	// How many are ready there, as it was last seen.
	// +optional
	Ready int64 `json:"ready,omitempty"`

	// Why it is that many, in one word and for people.
	// +optional
	Reason string `json:"reason,omitempty"`
	// +optional
	Message string `json:"message,omitempty"`

	// What keeps replicas away from the cluster for a time; nil when nothing does.
	// +optional
	Limit *ClusterLimit `json:"limit,omitempty"`

	// Replicas left the cluster because they did not work there, and have not come
	// back.
	// +optional
	Displaced bool `json:"displaced,omitempty"`

	// When replicas left the cluster in the last hour because they were unhealthy.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=60
	Moves []metav1.Time `json:"moves,omitempty"`
}

// ClusterLimit is how many replicas a cluster can take, as it turned out.
type ClusterLimit struct {
	Replicas int64 `json:"replicas"`
	// Unschedulable, Unhealthy, NotReady or Tainted.
	Reason string `json:"reason"`
	// Since when.
	Since metav1.Time `json:"since"`
	// When it is tried again whether more work there; absent: when it is seen that
	// they do.
	// +optional
	RetryAt *metav1.Time `json:"retryAt,omitempty"`
	// How many times it has turned out so in a row.
	// +optional
	Times int32 `json:"times,omitempty"`
}

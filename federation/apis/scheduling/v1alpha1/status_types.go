package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The types of the conditions.
const (
	Scheduled = "Scheduled" // every replica has a cluster
	Settled   = "Settled"   // every cluster has been given what the plan says
	// Retained is there only while it is True: once a copy is there, its member
	// says how many replicas there are.
	Retained = "Retained"
)

// The reasons of the condition [Scheduled], beside that word itself.
const (
	Unplaced          = "Unplaced"          // no cluster takes some replicas
	NoClusters        = "NoClusters"        // no cluster may get any
	UnknownTargetKind = "UnknownTargetKind" // no FederatedTypeConfig has that kind
	TargetNotEnabled  = "TargetNotEnabled"  // objects of that kind are not carried
	TargetNotFound    = "TargetNotFound"    // there is no such federated object
	InvalidTarget     = "InvalidTarget"     // it cannot be read, or has nothing to divide
	InvalidPreference = "InvalidPreference" // the preference itself makes no sense
	NotWritten        = "NotWritten"        // the host refused what was decided
)

// The reasons of the condition [Settled] while it is False.
const (
	Waiting = "Waiting" // some clusters are told something else until others are ready
	Refused = "Refused" // some clusters do not take what they are told
)

// ReplicaSchedulingPreferenceStatus is the plan, and how far it is carried out.
// It is also the memory of the controller: what it found out about clusters is
// here, so that it does not find it out anew when it starts again.
type ReplicaSchedulingPreferenceStatus struct {
	// The generation of the spec that the rest speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Scheduled: every replica has a cluster. Settled: every cluster has been given
	// what the plan says. Retained is there only while it is True: the members say
	// how many there are, and the plan how they begin.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// How many replicas the plan places, and how many are ready in clusters that are
	// ready themselves.
	// +optional
	PlacedReplicas int64 `json:"placedReplicas"`
	// +optional
	ReadyReplicas int64 `json:"readyReplicas"`

	// How many replicas no cluster takes.
	// +optional
	Unplaced int64 `json:"unplaced"`

	// The fields that are divided, the one that the plan is made for first.
	// +optional
	// +listType=atomic
	Fields []string `json:"fields,omitempty"`

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
	Ready int64 `json:"ready"`

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

	// How many can run in the cluster, as it was last counted on; absent where that
	// is not known, or not asked.
	// +optional
	Capacity *int64 `json:"capacity,omitempty"`
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

package federatedkind

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Status is how a federated object fares in the clusters.
type Status struct {
	// ObservedGeneration is the generation that the rest speaks of.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Conditions have distinct types.
	Conditions []Condition `json:"conditions,omitempty"`
	// Clusters are those that hold the object or should.
	Clusters []ClusterStatus `json:"clusters,omitempty"`
	// Totals are the sums of the counts of the clusters, but for those that are away and
	// have something to do: what is known of these is old.
	Totals map[string]int64 `json:"totals,omitempty"`
	// Worst is the cluster whose copy fares worst; nil where none is judged.
	Worst *WorstCluster `json:"worst,omitempty"`
}

// WorstCluster is the cluster whose copy fares worst.
type WorstCluster struct {
	Cluster string `json:"cluster"`
	// Health is one of those of ClusterStatus.
	Health string `json:"health"`
	// Message says what the copy lacks.
	Message string `json:"message,omitempty"`
}

// Condition is a condition with KubeFed's times and, unlike KubeFed's, with a
// message and a generation, so that "kubectl wait" understands it.
type Condition struct {
	Type   string                 `json:"type"`
	Status metav1.ConditionStatus `json:"status"`
	// ObservedGeneration is the generation that the condition speaks of.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Reason is one CamelCase word, empty when there is nothing to explain.
	Reason string `json:"reason,omitempty"`
	// Message is for people.
	Message string `json:"message,omitempty"`
	// LastUpdateTime is when the condition, or the clusters beside it, changed.
	LastUpdateTime metav1.Time `json:"lastUpdateTime,omitzero"`
	// LastTransitionTime is when Status changed.
	LastTransitionTime metav1.Time `json:"lastTransitionTime,omitzero"`
}

// ClusterStatus is how a federated object fares in one cluster.
type ClusterStatus struct {
	Name string `json:"name"`
	// Status is one word, empty when the cluster holds what it should.
	Status string `json:"status,omitempty"`
	// Message says what is wrong and how to mend it, for people.
	Message string `json:"message,omitempty"`
	// Health is how the copy fares: Healthy, Suspended, Progressing, Terminating,
	// Unknown or Degraded; empty where nobody judges. HealthMessage says what it
	// lacks, for people.
	Health        string `json:"health,omitempty"`
	HealthMessage string `json:"healthMessage,omitempty"`
	// ObservedGeneration is the generation of the copy that its status speaks of; 0
	// where its kind does not say.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Counts are the numbers of the copy's status that are worth adding up, such as
	// readyReplicas.
	Counts map[string]int64 `json:"counts,omitempty"`
	// RemoteStatus is the status of the copy, where it is collected.
	RemoteStatus map[string]any `json:"remoteStatus,omitempty"`
	// Rollout is how far the cluster is with a change that goes from cluster to
	// cluster; nil when none is under way.
	Rollout *ClusterRollout `json:"rollout,omitempty"`
}

// ClusterRollout is how far a cluster is with a version.
type ClusterRollout struct {
	// Phase is Changing, Healthy or Failed.
	Phase string `json:"phase"`
	// Version names the version that the cluster was released for.
	Version string `json:"version"`
	// Since is when the phase began.
	Since metav1.Time `json:"since,omitzero"`
}

// StatusOf reads the status of a federated object, and fails when it does not
// have the form that the API server checks. An object without a status has the
// zero Status. The result shares memory with the object: change neither.
func StatusOf(object *unstructured.Unstructured) (Status, error) {
	var status Status
	return status, read(object, "status", &status)
}

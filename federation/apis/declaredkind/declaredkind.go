// Package declaredkind is for kinds of one's own that declare objects in the
// members of a federation: the status that package propagation/declared keeps in
// them.
//
//	type WebApp struct {
//		metav1.TypeMeta   `json:",inline"`
//		metav1.ObjectMeta `json:"metadata,omitempty"`
//		Spec              WebAppSpec          `json:"spec"`
//		Status            declaredkind.Status `json:"status,omitempty"`
//	}
//
// A kind with more to say embeds Status inline in its own. The markers are
// controller-gen's.
//
// +kubebuilder:object:generate=true
package declaredkind

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Status says how the declared object fares.
type Status struct {
	// ObservedGeneration is the generation that the rest speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Conditions has one of the type Ready: it is True when every cluster that
	// should hold the object does.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// Clusters has an entry for each cluster that holds the object, or should.
	// +optional
	// +listType=map
	// +listMapKey=name
	Clusters []ClusterStatus `json:"clusters,omitempty"`
	// Totals are the sums of the counts of the clusters, but for those that are away and
	// have something to do: what is known of these is old.
	// +optional
	Totals map[string]int64 `json:"totals,omitempty"`
	// Worst is the cluster whose copy fares worst; absent where none is judged.
	// +optional
	Worst *WorstCluster `json:"worst,omitempty"`
}

// WorstCluster is the cluster whose copy fares worst.
type WorstCluster struct {
	// Cluster is its name.
	Cluster string `json:"cluster"`
	// Health is how the copy fares there.
	Health string `json:"health"`
	// Message says what the copy lacks.
	// +optional
	Message string `json:"message,omitempty"`
}

// ClusterStatus says how the object fares in one cluster.
type ClusterStatus struct {
	// Name of the cluster.
	Name string `json:"name"`
	// Status is one word that says what is wrong; absent when nothing is.
	// +optional
	Status string `json:"status,omitempty"`
	// Message says what is wrong, and how to mend it.
	// +optional
	Message string `json:"message,omitempty"`
	// Health is how the copy fares: Healthy, Suspended, Progressing, Terminating,
	// Unknown or Degraded; absent where nobody judges.
	// +optional
	Health string `json:"health,omitempty"`
	// HealthMessage says what the copy lacks.
	// +optional
	HealthMessage string `json:"healthMessage,omitempty"`
	// ObservedGeneration is the generation of the copy that its status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Counts are the numbers of the copy's status that are worth adding up.
	// +optional
	Counts map[string]int64 `json:"counts,omitempty"`
	// Remote is what is kept of the status of the cluster's copy.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Remote *runtime.RawExtension `json:"remote,omitempty"`
	// Rollout is how far the cluster is with a change that goes from cluster to
	// cluster; absent when none is under way.
	// +optional
	Rollout *ClusterRollout `json:"rollout,omitempty"`
}

// ClusterRollout says how far a cluster is with a version.
type ClusterRollout struct {
	// Phase is Changing, Healthy or Failed.
	Phase string `json:"phase"`
	// Version names the version that the cluster was released for.
	Version string `json:"version"`
	// Since is when the phase began.
	Since metav1.Time `json:"since"`
}

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// ReplicaSchedulingPreference divides the replicas of the federated object that
// has its namespace and name over clusters.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=replicaschedulingpreferences,shortName=rsp,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=Target,type=string,JSONPath=`.spec.targetKind`
// +kubebuilder:printcolumn:name=Total,type=integer,JSONPath=`.spec.totalReplicas`
// +kubebuilder:printcolumn:name=Ready,type=integer,JSONPath=`.status.readyReplicas`
// +kubebuilder:printcolumn:name=Unplaced,type=integer,JSONPath=`.status.unplaced`
// +kubebuilder:printcolumn:name=Scheduled,type=string,JSONPath=`.status.conditions[?(@.type=='Scheduled')].status`
// +kubebuilder:printcolumn:name=Reason,type=string,JSONPath=`.status.conditions[?(@.type=='Scheduled')].reason`
// +kubebuilder:printcolumn:name=Settled,type=string,JSONPath=`.status.conditions[?(@.type=='Settled')].status`
// +kubebuilder:printcolumn:name=Planner,type=string,priority=1,JSONPath=`.spec.planner`
// +kubebuilder:printcolumn:name=Message,type=string,priority=1,JSONPath=`.status.conditions[?(@.type=='Scheduled')].message`
// +kubebuilder:printcolumn:name=Age,type=date,JSONPath=`.metadata.creationTimestamp`
type ReplicaSchedulingPreference struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec ReplicaSchedulingPreferenceSpec `json:"spec"`
	// +optional
	Status ReplicaSchedulingPreferenceStatus `json:"status,omitzero"`
}

// ReplicaSchedulingPreferenceList is a list of ReplicaSchedulingPreferences.
//
// +kubebuilder:object:root=true
type ReplicaSchedulingPreferenceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []ReplicaSchedulingPreference `json:"items"`
}

// ReplicaSchedulingPreferenceSpec says how many replicas there should be, and
// what is preferred of each cluster. All below clusters is new with Fedrail.
type ReplicaSchedulingPreferenceSpec struct {
	// The kind of the federated object, such as FederatedDeployment.
	TargetKind string `json:"targetKind"`

	// How many replicas there should be in all clusters together.
	TotalReplicas int32 `json:"totalReplicas"`

	// Whether replicas that run well are moved to give each cluster its share.
	// +optional
	Rebalance bool `json:"rebalance,omitempty"`

	// Whether only clusters count that the selectors of the federated object and
	// of its namespace choose.
	// +optional
	IntersectWithClusterSelector bool `json:"intersectWithClusterSelector,omitempty"`

	// Preferences by name of the cluster; "*" is for all that have none. Without
	// any, every cluster has weight 1.
	// +optional
	Clusters map[string]ClusterPreferences `json:"clusters,omitempty"`

	// How replicas are divided; without it as KubeFed did, to the last replica.
	// +optional
	// +kubebuilder:validation:Enum=KubeFed;Fair;Dynamic;Ordered;Aggregated;Spread;Cost
	Planner PlannerName `json:"planner,omitempty"`

	// Which places are kept level by the planner Spread, the widest first; without
	// any, regions and then zones, with a skew of 1.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	Spread []SpreadLevel `json:"spread,omitempty"`

	// The fields of the object that are divided, and how much each has in all
	// clusters together. Without any, they are those of the kind: what its scale
	// subresource names, else /spec/replicas; /spec/parallelism and
	// /spec/completions of a Job; /spec/maxReplicas and /spec/minReplicas of a
	// HorizontalPodAutoscaler. The first is what the plan is made for.
	// +optional
	// +listType=map
	// +listMapKey=path
	// +kubebuilder:validation:MaxItems=8
	Fields []DividedField `json:"fields,omitempty"`

	// What becomes of the object in clusters that get nothing; without it, Keep
	// where it has replicas, and Remove where 0 makes no sense, as for a Job.
	// +optional
	// +kubebuilder:validation:Enum=Keep;Remove
	IdleClusters IdlePolicy `json:"idleClusters,omitempty"`

	// Taints of clusters that are tolerated. Where the taint fedrail.io/not-ready
	// is not spoken of for NoExecute, it is tolerated for 60 seconds.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// When replicas leave a cluster in which they do not work, and whether they
	// come back.
	// +optional
	Failover Failover `json:"failover,omitzero"`

	// What becomes of what was written to the federated object when this object is
	// deleted: Keep leaves placement and overrides as they are, which is the
	// default; Reset takes the overrides back, and the list of clusters where the
	// object has a selector.
	// +optional
	// +kubebuilder:validation:Enum=Keep;Reset
	OnDelete DeletePolicy `json:"onDelete,omitempty"`
}

// ClusterPreferences is what is preferred of a cluster.
type ClusterPreferences struct {
	// How many replicas it gets before weights are looked at.
	// +optional
	MinReplicas int64 `json:"minReplicas,omitempty"`

	// How many it gets at the most; no limit when it is absent.
	// +optional
	MaxReplicas *int64 `json:"maxReplicas,omitempty"`

	// Its share of the rest, against the other clusters' weights.
	// +optional
	Weight int64 `json:"weight,omitempty"`

	// The price of one replica there, for the planner Cost.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2147483647
	Cost int64 `json:"cost,omitempty"`
}

// PlannerName names a planner of package scheduling.
type PlannerName string

// The planners.
const (
	PlannerKubeFed    PlannerName = "KubeFed"
	PlannerFair       PlannerName = "Fair"
	PlannerDynamic    PlannerName = "Dynamic"
	PlannerOrdered    PlannerName = "Ordered"
	PlannerAggregated PlannerName = "Aggregated"
	PlannerSpread     PlannerName = "Spread"
	PlannerCost       PlannerName = "Cost"
)

// SpreadLevel is one kind of place, and how level it is kept.
type SpreadLevel struct {
	// +kubebuilder:validation:Enum=Region;Zone
	By string `json:"by"`

	// By how many replicas two places may differ; 1 when it is absent.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2147483647
	MaxSkew int64 `json:"maxSkew,omitempty"`
}

// DividedField is a field of the object that is divided over the clusters.
type DividedField struct {
	// A JSON pointer, such as /spec/replicas.
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:Pattern=`^(/[^/]+)+$`
	Path string `json:"path"`

	// How much there is in all clusters together; totalReplicas when it is absent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`

	// How much each cluster has at the least that has any of the first field.
	// +optional
	// +kubebuilder:validation:Minimum=0
	AtLeast int32 `json:"atLeast,omitempty"`
}

// IdlePolicy is what becomes of the object in clusters that get nothing.
type IdlePolicy string

// The values of an IdlePolicy.
const (
	IdleKeep   IdlePolicy = "Keep"   // it stays, with nothing
	IdleRemove IdlePolicy = "Remove" // it is not placed there
)

// DeletePolicy is what becomes of what a preference wrote when it is deleted.
type DeletePolicy string

// The values of a DeletePolicy.
const (
	DeleteKeep  DeletePolicy = "Keep"
	DeleteReset DeletePolicy = "Reset"
)

// Failover says when replicas leave a cluster in which they do not work, and
// whether they come back.
type Failover struct {
	// For how long pods may find no room in a cluster before they are wanted
	// elsewhere; 60 when it is absent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	UnschedulableSeconds *int64 `json:"unschedulableSeconds,omitempty"`

	// For how long replicas may not be ready in a cluster, though there is room for
	// them, before they are wanted elsewhere; for ever when it is absent.
	// +optional
	// +kubebuilder:validation:Minimum=0
	UnhealthySeconds *int64 `json:"unhealthySeconds,omitempty"`

	// How many times in an hour replicas may leave the same cluster because they
	// are unhealthy there; 3 when it is absent.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=60
	MaxMovesPerHour *int32 `json:"maxMovesPerHour,omitempty"`

	// Whether replicas go back to a cluster that works again: Never, which is the
	// default where rebalance is false; Gradually, a step at a time; or AtOnce,
	// which is the default where it is true.
	// +optional
	// +kubebuilder:validation:Enum=Never;Gradually;AtOnce
	Return ReturnPolicy `json:"return,omitempty"`

	// How many replicas, or what part of all, go back in one step of Gradually; 10%
	// when it is absent. The next step waits until they are ready.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:Pattern=`^([1-9][0-9]?|100)%$`
	// +kubebuilder:validation:XValidation:rule="type(self) != int || int(self) >= 1",message="must be 1 or more, or a percentage such as 10%"
	Step *intstr.IntOrString `json:"step,omitempty"`
}

// ReturnPolicy is whether replicas go back to a cluster that works again.
type ReturnPolicy string

// The values of a ReturnPolicy.
const (
	ReturnNever     ReturnPolicy = "Never"
	ReturnGradually ReturnPolicy = "Gradually"
	ReturnAtOnce    ReturnPolicy = "AtOnce"
)

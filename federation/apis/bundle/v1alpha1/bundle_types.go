package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// Bundle is some of the objects of one type that one member should hold. The
// host writes its spec, the member's agent its status.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=bundles,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=cluster,type=string,JSONPath=`.spec.cluster`
// +kubebuilder:printcolumn:name=kind,type=string,JSONPath=`.spec.target.kind`
// +kubebuilder:printcolumn:name=held,type=integer,JSONPath=`.status.held`
// +kubebuilder:printcolumn:name=failed,type=integer,JSONPath=`.status.failed`
// +kubebuilder:printcolumn:name=age,type=date,JSONPath=`.metadata.creationTimestamp`
type Bundle struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec BundleSpec `json:"spec"`
	// +optional
	Status BundleStatus `json:"status,omitzero"`
}

// BundleList is a list of Bundles.
//
// +kubebuilder:object:root=true
type BundleList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Bundle `json:"items"`
}

// BundleSpec says what the member should hold, and what it should not.
type BundleSpec struct {
	// The member. An agent does nothing about the Bundle of another one.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed"
	Cluster string `json:"cluster"`

	// What all objects of the Bundle are.
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="cannot be changed"
	Target Target `json:"target"`

	// The name that our fields are owned by in the member.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	FieldManager string `json:"fieldManager"`

	// What to do with an object that is there already and is not a copy.
	// +optional
	// +kubebuilder:default=Adopt
	Adoption Adoption `json:"adoption,omitempty"`

	// What of each copy's own status the agent reports.
	// +optional
	// +kubebuilder:default=None
	Collection Collection `json:"collection,omitempty"`

	// How the agent judges each copy; when it is absent, not at all.
	// +optional
	Judging *Judging `json:"judging,omitempty"`

	// The objects, in the order of namespace and name.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1000
	Objects []Object `json:"objects,omitempty"`
}

// Judging says how copies are judged: as their kind is, or by expressions, which
// are those of a FederatedTypeConfig.
type Judging struct {
	// Whether a copy is healthy.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Healthy string `json:"healthy,omitempty"`
	// Whether it does not work, and will not by waiting.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Degraded string `json:"degraded,omitempty"`
	// Whether it is not to work now.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Suspended string `json:"suspended,omitempty"`
	// What it lacks when it is not healthy.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Message string `json:"message,omitempty"`
}

// Target is a kind of object as the member serves it.
type Target struct {
	// Empty is the core group.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Group string `json:"group,omitempty"`
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Version string `json:"version"`
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind"`
	// The plural name in URLs.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Resource string `json:"resource"`
	// +kubebuilder:validation:Enum=Namespaced;Cluster
	Scope string `json:"scope"`
}

// Adoption says what to do with an object that is there already.
//
// +kubebuilder:validation:Enum=Adopt;Refuse
type Adoption string

// The values of an Adoption.
const (
	Adopt  Adoption = "Adopt"  // make it a copy
	Refuse Adoption = "Refuse" // leave it alone, and say so
)

// Collection says what is read of a copy.
//
// +kubebuilder:validation:Enum=None;Status
type Collection string

// The values of a Collection.
const (
	CollectNone   Collection = "None"
	CollectStatus Collection = "Status"
)

// Object is what the member should do about one object.
//
// +kubebuilder:validation:XValidation:rule="has(self.hold) != has(self.remove)",message="must have either hold or remove"
type Object struct {
	// Empty for an object without one.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// Names what is asked here: it changes whenever anything else does. The
	// agent repeats it in its answer.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Hash string `json:"hash"`

	// Leave what is there as it is, whatever hold or remove say, and only tell how
	// it fares.
	// +optional
	Rest bool `json:"rest,omitempty"`

	// Names the last time that the copy was to be written although it is believed
	// to be as it should.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Again string `json:"again,omitempty"`

	// How often what failed was to be tried again at once.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Retries int64 `json:"retries,omitempty"`

	// The member should hold the object, as this says.
	// +optional
	Hold *Hold `json:"hold,omitempty"`

	// The member should hold no copy of ours.
	// +optional
	Remove *Remove `json:"remove,omitempty"`
}

// Hold is an object that the member should hold.
type Hold struct {
	// The object, whole.
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Object runtime.RawExtension `json:"object"`

	// The UID of whatever declares the object. It is recorded on the copy.
	Parent types.UID `json:"parent"`

	// The UID of an object that may become a copy even where adoption is refused.
	// +optional
	Adopt types.UID `json:"adopt,omitempty"`

	// What happens to a field that somebody else took; default Overwrite.
	// +optional
	// +kubebuilder:validation:Enum="";Overwrite;Yield;Report
	Conflict string `json:"conflict,omitempty"`

	// Fields that are the member's once it holds a copy.
	// +optional
	// +listType=atomic
	Retain []string `json:"retain,omitempty"`

	// What happens when a change is refused because a field cannot change;
	// default Refuse.
	// +optional
	// +kubebuilder:validation:Enum="";Refuse;Recreate
	Immutable string `json:"immutable,omitempty"`
}

// Remove says which copy is removed, and how.
type Remove struct {
	// The parent recorded on the copy. A copy of another parent stays.
	Parent types.UID `json:"parent"`

	// The object stays, but not as a copy.
	// +optional
	Orphan bool `json:"orphan,omitempty"`

	// The UID of an object that always stays.
	// +optional
	Spare types.UID `json:"spare,omitempty"`

	// +optional
	// +kubebuilder:validation:Minimum=0
	GracePeriodSeconds *int64 `json:"gracePeriodSeconds,omitempty"`

	// +optional
	// +kubebuilder:validation:Enum=Orphan;Background;Foreground
	PropagationPolicy *metav1.DeletionPropagation `json:"propagationPolicy,omitempty"`
}

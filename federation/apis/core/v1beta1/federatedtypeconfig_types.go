package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
)

// FederatedTypeConfig says that objects of a type are carried to the members,
// and which type declares them. Its name is that of the target type, such as
// deployments.apps, or configmaps in the core group. It counts in the system
// namespace only.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=federatedtypeconfigs,shortName=ftc,scope=Namespaced
// +kubebuilder:subresource:status
// +kubebuilder:validation:XValidation:rule="self.metadata.name == (has(self.spec.targetType.group) && self.spec.targetType.group.size() > 0 ? self.spec.targetType.pluralName + '.' + self.spec.targetType.group : self.spec.targetType.pluralName)",message="metadata.name must be the plural name of spec.targetType, followed by a dot and its group unless that is empty"
type FederatedTypeConfig struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec FederatedTypeConfigSpec `json:"spec"`
	// +optional
	Status FederatedTypeConfigStatus `json:"status,omitzero"`
}

// FederatedTypeConfigList is a list of FederatedTypeConfigs.
//
// +kubebuilder:object:root=true
type FederatedTypeConfigList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []FederatedTypeConfig `json:"items"`
}

// FederatedTypeConfigSpec pairs a type with the one that declares its objects.
type FederatedTypeConfigSpec struct {
	// The type of the objects in the members.
	TargetType APIResource `json:"targetType"`

	// Whether objects are carried to the members. Disabled leaves what is there.
	// +kubebuilder:validation:Enum=Enabled;Disabled
	Propagation Toggle `json:"propagation"`

	// The type that declares objects of the target type.
	// +kubebuilder:validation:XValidation:rule="has(self.group) && self.group.contains('.')",message="must be a domain with at least one dot",fieldPath=".group"
	FederatedType APIResource `json:"federatedType"`

	// The type that the status of the copies is collected in: FederatedServiceStatus,
	// for services. Any other has no effect.
	// +optional
	// +kubebuilder:validation:XValidation:rule="has(self.group) && self.group.contains('.')",message="must be a domain with at least one dot",fieldPath=".group"
	StatusType *APIResource `json:"statusType,omitempty"`

	// Whether the status of the copies is collected; not when it is absent.
	// +optional
	// +kubebuilder:validation:Enum=Enabled;Disabled
	StatusCollection Toggle `json:"statusCollection,omitempty"`

	// What gives way where somebody else writes fields of a copy. Annotations of a
	// federated object say so for that one.
	// +optional
	Ownership Ownership `json:"ownership,omitzero"`

	// Whether the ConfigMaps, Secrets, ServiceAccounts and PersistentVolumeClaims
	// that a pod template refers to follow the object to its clusters, from the
	// host. They do where their own types are enabled. Not when it is absent. The
	// annotation fedrail.io/follow-dependencies of a federated object says so for
	// that one. It is new with Fedrail.
	// +optional
	// +kubebuilder:validation:Enum=Enabled;Disabled
	FollowDependencies Toggle `json:"followDependencies,omitempty"`

	// How it is told whether the copies work as they should.
	// +optional
	Health Health `json:"health,omitzero"`
}

// Health says how it is told whether copies work as they should: by what is known
// of their kind, or by expressions. It is new with Fedrail.
//
// An expression is written in CEL, and sees the copy as object. A field that is
// not there is an error to read: ask with has(object.status), or read it as
// object.?status.?phase.orValue("").
//
// +kubebuilder:validation:XValidation:rule="has(self.healthy) || !has(self.degraded) && !has(self.suspended) && !has(self.message)",message="healthy is required beside the other expressions",fieldPath=".healthy"
type Health struct {
	// Whether it is told at all. When it is absent, it is for kinds that have a
	// status to tell it by: not for ConfigMaps, Secrets, ServiceAccounts, roles and
	// the like, of which metadata alone is read then.
	// +optional
	// +kubebuilder:validation:Enum=Enabled;Disabled
	Collection Toggle `json:"collection,omitempty"`

	// Whether a copy works as it should. A copy for which neither this nor another
	// of the expressions holds is on its way.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Healthy string `json:"healthy,omitempty"`

	// Whether it does not work, and will not by waiting. It is asked first.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Degraded string `json:"degraded,omitempty"`

	// Whether it is not to work now.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Suspended string `json:"suspended,omitempty"`

	// What a copy lacks that does not work as it should, as text.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Message string `json:"message,omitempty"`
}

// Ownership says what gives way where somebody else writes fields of a copy. It
// is new with Fedrail.
type Ownership struct {
	// What happens to a field that somebody else took: Overwrite takes it back,
	// which is the default; Yield leaves it to them; Report writes nothing until
	// that is settled, and says so in the status.
	// +optional
	// +kubebuilder:validation:Enum=Overwrite;Yield;Report
	ConflictPolicy string `json:"conflictPolicy,omitempty"`

	// Fields that are the member's once it holds a copy: the template only says
	// how they begin. A field is named as in ".spec.replicas", an item of a list
	// as in '.spec.template.spec.containers[name="web"].resources'; "[*]" is every
	// item.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=512
	// +kubebuilder:validation:items:Pattern=`^(\.[^.\[\]]+(\[[^\]]+\])*)+$`
	Retain []string `json:"retain,omitempty"`

	// What happens when a member refuses a change because a field of the copy
	// cannot change: Refuse leaves the copy and says why, which is the default;
	// Recreate deletes it and creates it anew.
	// +optional
	// +kubebuilder:validation:Enum=Refuse;Recreate
	ImmutableFields string `json:"immutableFields,omitempty"`
}

// APIResource is a type as an API server serves it.
type APIResource struct {
	// Empty for the core group.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$`
	Group string `json:"group,omitempty"`

	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z]([-a-z0-9]*[a-z0-9])?$`
	Version string `json:"version"`

	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$`
	Kind string `json:"kind"`

	// The name in URLs.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z]([-a-z0-9]*[a-z0-9])?$`
	PluralName string `json:"pluralName"`

	// +kubebuilder:validation:Enum=Cluster;Namespaced
	Scope federation.Scope `json:"scope"`
}

// FederatedTypeConfigStatus says what runs for the type. The zero status is
// "never looked at".
type FederatedTypeConfigStatus struct {
	// The generation of the spec that the rest speaks of.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Whether objects of the type are carried to the members now.
	// +kubebuilder:validation:Enum=Running;NotRunning
	PropagationController ControllerStatus `json:"propagationController"`

	// Whether status is collected into objects of the status type now.
	// +optional
	// +kubebuilder:validation:Enum=Running;NotRunning
	StatusController ControllerStatus `json:"statusController,omitempty"`
}

// ControllerStatus says whether a loop runs.
type ControllerStatus string

// The values of a ControllerStatus.
const (
	Running    ControllerStatus = "Running"
	NotRunning ControllerStatus = "NotRunning"
)

// APIResourceOf describes a type as a [FederatedTypeConfig] does.
func APIResourceOf(t federation.Type) APIResource {
	return APIResource{Group: t.Group, Version: t.Version, Kind: t.Kind, PluralName: t.Resource, Scope: t.Scope}
}

// Type is the resource in the words of the rest of Fedrail.
func (r APIResource) Type() federation.Type {
	return federation.Type{Group: r.Group, Version: r.Version, Kind: r.Kind, Resource: r.PluralName, Scope: r.Scope}
}

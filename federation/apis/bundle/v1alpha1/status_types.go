package v1alpha1

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// BundleStatus is how the objects of a Bundle fare, as the agent saw it last.
type BundleStatus struct {
	// How many copies are as they should be.
	// +optional
	Held int64 `json:"held,omitempty"`

	// How many objects are in trouble.
	// +optional
	Failed int64 `json:"failed,omitempty"`

	// The objects, in the order of namespace and name.
	// +optional
	// +listType=atomic
	Objects []ObjectStatus `json:"objects,omitempty"`
}

// ObjectStatus is how one object fares. It is the agent's memory too: what it
// names with a parent, and the spec does not name any more, is removed.
type ObjectStatus struct {
	// +optional
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`

	// The hash that this answers.
	// +optional
	Hash string `json:"hash,omitempty"`

	Phase Phase `json:"phase"`

	// The parent of the copy that the agent made; empty when it made none, or
	// when that is gone.
	// +optional
	Parent types.UID `json:"parent,omitempty"`

	// One of KubeFed's words, when the phase is Failed.
	// +optional
	State string `json:"state,omitempty"`
	// What is wrong and how to mend it.
	// +optional
	Message string `json:"message,omitempty"`
	// It is known that no copy is there.
	// +optional
	Lacking bool `json:"lacking,omitempty"`

	// How often the copy was set right since the hash is this one, and which
	// fields had been taken the last time.
	// +optional
	Corrections int64 `json:"corrections,omitempty"`
	// +optional
	// +listType=atomic
	Regained []Taken `json:"regained,omitempty"`

	// Fields that are left to somebody else.
	// +optional
	// +listType=atomic
	Yielded []Taken `json:"yielded,omitempty"`

	// The copy's own status, where it is collected.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Remote *runtime.RawExtension `json:"remote,omitempty"`

	// How the copy fares, where it is judged.
	// +optional
	Vitals *Vitals `json:"vitals,omitempty"`
}

// Vitals are how a copy fares, in the agent's judgement.
type Vitals struct {
	// Healthy, Suspended, Progressing, Terminating, Unknown or Degraded.
	Health string `json:"health"`
	// What it lacks; empty when it is healthy.
	// +optional
	Message string `json:"message,omitempty"`
	// The copy's own generation, and the one that its status speaks of.
	// +optional
	Generation int64 `json:"generation,omitempty"`
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// The numbers of its status that are worth adding up, in the order of its kind.
	// +optional
	// +listType=atomic
	Counts []Count `json:"counts,omitempty"`
}

// Count is one number of a copy's status.
type Count struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

// Phase is how far the agent is with an object.
//
// +kubebuilder:validation:Enum=Held;Removing;Absent;Failed
type Phase string

// The phases.
const (
	Held     Phase = "Held"     // the copy is as it should be
	Removing Phase = "Removing" // the copy was told to go
	Absent   Phase = "Absent"   // no copy of ours is there
	Failed   Phase = "Failed"   // see state and message
)

// Taken is a field of ours that somebody else wrote.
type Taken struct {
	Field string `json:"field"`
	// The field manager; empty when the field was just removed.
	// +optional
	By string `json:"by,omitempty"`
}

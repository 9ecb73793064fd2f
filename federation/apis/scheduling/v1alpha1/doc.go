// Package v1alpha1 is the API group scheduling.kubefed.io/v1alpha1: a
// [ReplicaSchedulingPreference] divides the replicas of a federated object over
// clusters. Names and JSON are KubeFed's; what is new with Fedrail is optional,
// and a preference that was written for KubeFed gets KubeFed's numbers.
package v1alpha1

// +kubebuilder:object:generate=true
// +groupName=scheduling.kubefed.io

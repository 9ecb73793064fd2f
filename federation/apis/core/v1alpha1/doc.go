// Package v1alpha1 is the API group core.kubefed.io/v1alpha1: a
// [FederatedServiceStatus] holds the status of a Service in each cluster. Names
// and JSON are KubeFed's.
//
// +kubebuilder:object:generate=true
// +groupName=core.kubefed.io
package v1alpha1

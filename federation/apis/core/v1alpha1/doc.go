// Package v1alpha1 is the API group core.kubefed.io/v1alpha1: a
// [FederatedServiceStatus] holds the status of a Service in each cluster. Names
// and JSON are KubeFed's.
package v1alpha1

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// FederatedServiceStatus is the status of the Service that a FederatedService of
// the same name declares, in each cluster that holds it. The controller writes it
// where the FederatedTypeConfig of services asks for it: by statusType, and by
// statusCollection Enabled.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=federatedservicestatuses,scope=Namespaced
type FederatedServiceStatus struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// The clusters, in the order of their names.
	// +optional
	// +listType=atomic
	ClusterStatus []FederatedServiceClusterStatus `json:"clusterStatus,omitempty"`
}

// FederatedServiceStatusList is a list of FederatedServiceStatuses.
//
// +kubebuilder:object:root=true
type FederatedServiceStatusList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []FederatedServiceStatus `json:"items"`
}

// FederatedServiceClusterStatus is the status of the Service in one cluster.
type FederatedServiceClusterStatus struct {
	ClusterName string               `json:"clusterName"`
	Status      corev1.ServiceStatus `json:"status"`
}

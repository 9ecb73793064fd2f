package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation/apis/declaredkind"
)

// WebApp is a web server that runs in many clusters.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name=Image,type=string,JSONPath=.spec.image
// +kubebuilder:printcolumn:name=Ready,type=string,JSONPath=.status.conditions[?(@.type=="Ready")].status
// +kubebuilder:printcolumn:name=Message,type=string,JSONPath=.status.conditions[?(@.type=="Ready")].message
type WebApp struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   WebAppSpec          `json:"spec"`
	Status declaredkind.Status `json:"status,omitempty"`
}

// WebAppSpec says what runs, and where.
type WebAppSpec struct {
	// Image is the container image.
	// +kubebuilder:validation:MinLength=1
	Image string `json:"image"`
	// Replicas is how many run in each cluster.
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	Replicas int32 `json:"replicas"`
	// Regions are where it runs; none means everywhere.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Regions []string `json:"regions,omitempty"`
	// PerCluster says what differs in single clusters.
	// +optional
	// +listType=map
	// +listMapKey=cluster
	// +kubebuilder:validation:MaxItems=256
	PerCluster []Tailoring `json:"perCluster,omitempty"`
}

// Tailoring is what differs in one cluster; what is not set does not differ.
type Tailoring struct {
	Cluster string `json:"cluster"`
	// +optional
	// +kubebuilder:validation:Minimum=0
	Replicas *int32 `json:"replicas,omitempty"`
	// +optional
	Image string `json:"image,omitempty"`
}

// WebAppList is a list of WebApps.
//
// +kubebuilder:object:root=true
type WebAppList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []WebApp `json:"items"`
}

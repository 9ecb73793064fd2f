// Package v1alpha1 is the operator's own API: the kind WebApp.
//
// +kubebuilder:object:generate=true
// +groupName=webapps.example.com
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// AddToScheme makes the kinds known to a scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	version := schema.GroupVersion{Group: "webapps.example.com", Version: "v1alpha1"}
	scheme.AddKnownTypes(version, &WebApp{}, &WebAppList{})
	metav1.AddToGroupVersion(scheme, version)
	return nil
}

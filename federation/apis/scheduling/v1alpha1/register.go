package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group and Version are where the kinds of this package are served.
const (
	Group   = "scheduling.kubefed.io"
	Version = "v1alpha1"
)

// Finalizer holds a [ReplicaSchedulingPreference] with onDelete Reset until what
// was written because of it is taken back.
const Finalizer = "fedrail.io/scheduling"

// GroupVersion is Group and Version together.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// ReplicaSchedulingPreferences is where objects of kind
// [ReplicaSchedulingPreference] are served.
func ReplicaSchedulingPreferences() schema.GroupVersionResource {
	return GroupVersion().WithResource("replicaschedulingpreferences")
}

// AddToScheme makes the kinds of this package known to scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(), &ReplicaSchedulingPreference{}, &ReplicaSchedulingPreferenceList{})
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}

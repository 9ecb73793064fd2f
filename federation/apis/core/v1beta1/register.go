package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group and Version are where the kinds of this package are served.
const (
	Group   = "core.kubefed.io"
	Version = "v1beta1"
)

// GroupVersion is Group and Version together.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: Group, Version: Version}
}

// KubeFedConfigs is where objects of kind [KubeFedConfig] are served.
func KubeFedConfigs() schema.GroupVersionResource {
	return GroupVersion().WithResource("kubefedconfigs")
}

// KubeFedClusters is where objects of kind [KubeFedCluster] are served.
func KubeFedClusters() schema.GroupVersionResource {
	return GroupVersion().WithResource("kubefedclusters")
}

// FederatedTypeConfigs is where objects of kind [FederatedTypeConfig] are
// served.
func FederatedTypeConfigs() schema.GroupVersionResource {
	return GroupVersion().WithResource("federatedtypeconfigs")
}

// AddToScheme makes the kinds of this package known to scheme.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion(),
		&KubeFedConfig{}, &KubeFedConfigList{},
		&KubeFedCluster{}, &KubeFedClusterList{},
		&FederatedTypeConfig{}, &FederatedTypeConfigList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion())
	return nil
}

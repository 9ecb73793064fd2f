package preference

import (
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

func preferences() federation.Type {
	return federation.Type{Group: v1alpha1.Group, Version: v1alpha1.Version, Kind: "ReplicaSchedulingPreference",
		Resource: "replicaschedulingpreferences", Scope: federation.NamespaceScoped}
}

func typeConfigs() federation.Type {
	return federation.Type{Group: corev1beta1.Group, Version: corev1beta1.Version, Kind: "FederatedTypeConfig",
		Resource: "federatedtypeconfigs", Scope: federation.NamespaceScoped}
}

package v1beta1

import "slices"

// FeatureGate names a feature that a [KubeFedConfig] switches on or off.
type FeatureGate string

// The features.
const (
	// PushReconciler carries objects to the clusters; on by default.
	PushReconciler FeatureGate = "PushReconciler"
	// RawResourceStatusCollection brings back the status of each copy; off by
	// default.
	RawResourceStatusCollection FeatureGate = "RawResourceStatusCollection"
	// SchedulerPreferences divides replicas by preference; on by default.
	SchedulerPreferences FeatureGate = "SchedulerPreferences"
	// CrossClusterServiceDiscovery publishes the names of ServiceDNSRecords; on by
	// default.
	CrossClusterServiceDiscovery FeatureGate = "CrossClusterServiceDiscovery"
	// FederatedIngress publishes the hosts of IngressDNSRecords and GatewayDNSRecords;
	// on by default.
	FederatedIngress FeatureGate = "FederatedIngress"
)

// defaultGates are the features, by name.
func defaultGates() []FeatureGatesConfig {
	return []FeatureGatesConfig{
		{Name: CrossClusterServiceDiscovery, Configuration: Enabled},
		{Name: FederatedIngress, Configuration: Enabled},
		{Name: PushReconciler, Configuration: Enabled},
		{Name: RawResourceStatusCollection, Configuration: Disabled},
		{Name: SchedulerPreferences, Configuration: Enabled},
	}
}

// FeatureEnabled says whether the feature is on: as the spec says, or else by
// default. A feature that nobody knows is off.
func (s *KubeFedConfigSpec) FeatureEnabled(name FeatureGate) bool {
	named := func(g FeatureGatesConfig) bool { return g.Name == name }
	known := defaultGates()
	byDefault := slices.IndexFunc(known, named)
	if byDefault < 0 {
		return false
	}
	if i := slices.IndexFunc(s.FeatureGates, named); i >= 0 {
		return s.FeatureGates[i].Configuration == Enabled
	}
	return known[byDefault].Configuration == Enabled
}

package v1beta1_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func config(t *testing.T, spec string) *corev1beta1.KubeFedConfig {
	t.Helper()
	c := &corev1beta1.KubeFedConfig{}
	require.NoError(t, yaml.UnmarshalStrict([]byte(spec), &c.Spec))
	return c
}

func TestWithDefaults(t *testing.T) {
	for name, c := range map[string]struct{ said, want string }{
		"nothing said": {said: `{}`, want: `
scope: ""
controllerDuration: {availableDelay: 20s, unavailableDelay: 60s, cacheSyncTimeout: 5m}
leaderElect: {leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 5s, resourceLock: configmaps}
featureGates:
- {name: CrossClusterServiceDiscovery, configuration: Enabled}
- {name: FederatedIngress, configuration: Enabled}
- {name: PushReconciler, configuration: Enabled}
- {name: RawResourceStatusCollection, configuration: Disabled}
- {name: SchedulerPreferences, configuration: Enabled}
clusterHealthCheck: {period: 10s, failureThreshold: 3, successThreshold: 1, timeout: 3s}
syncController: {maxConcurrentReconciles: 1, adoptResources: Enabled}
statusController: {maxConcurrentReconciles: 1}
`},
		"what was said stays": {said: `
scope: Namespaced
controllerDuration: {availableDelay: 1s, clusterMonitorPeriod: 40s}
leaderElect: {resourceLock: endpoints, retryPeriod: 0s}
featureGates:
- {name: SchedulerPreferences, configuration: Disabled}
- {name: FederatedIngress, configuration: Disabled}
clusterHealthCheck: {failureThreshold: 0}
syncController: {adoptResources: Disabled}
statusController: {maxConcurrentReconciles: 7}
`, want: `
scope: Namespaced
controllerDuration: {availableDelay: 1s, unavailableDelay: 60s, cacheSyncTimeout: 5m, clusterMonitorPeriod: 40s}
leaderElect: {leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 0s, resourceLock: endpoints}
featureGates:
- {name: CrossClusterServiceDiscovery, configuration: Enabled}
- {name: FederatedIngress, configuration: Disabled}
- {name: PushReconciler, configuration: Enabled}
- {name: RawResourceStatusCollection, configuration: Disabled}
- {name: SchedulerPreferences, configuration: Disabled}
clusterHealthCheck: {period: 10s, failureThreshold: 0, successThreshold: 1, timeout: 3s}
syncController: {maxConcurrentReconciles: 1, adoptResources: Disabled}
statusController: {maxConcurrentReconciles: 7}
`},
	} {
		t.Run(name, func(t *testing.T) {
			said := config(t, c.said)
			require.Equal(t, config(t, c.want), said.WithDefaults())
			require.Equal(t, config(t, c.said), said, "the original is unchanged")
		})
	}
}

func TestFeatureEnabled(t *testing.T) {
	const push = corev1beta1.PushReconciler
	for name, c := range map[string]struct {
		spec string
		gate corev1beta1.FeatureGate
		want bool
	}{
		"on by default":     {spec: `{}`, gate: push, want: true},
		"off by default":    {spec: `{}`, gate: corev1beta1.RawResourceStatusCollection, want: false},
		"switched off":      {spec: `{featureGates: [{name: PushReconciler, configuration: Disabled}]}`, gate: push, want: false},
		"switched on":       {spec: `{featureGates: [{name: RawResourceStatusCollection, configuration: Enabled}]}`, gate: corev1beta1.RawResourceStatusCollection, want: true},
		"names, by default": {spec: `{}`, gate: corev1beta1.CrossClusterServiceDiscovery, want: true},
		"nobody knows it":   {spec: `{}`, gate: "Teleport", want: false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, config(t, c.spec).Spec.FeatureEnabled(c.gate))
		})
	}
}

package v1beta1_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidateNamesTheFieldAndTheMend(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want []string // of the completed config; nil is valid
	}{
		"the scope alone":             {spec: `{scope: Cluster}`},
		"no scope":                    {spec: `{}`, want: []string{`spec.scope: Required value: set it, or fill in the defaults first`}},
		"unknown scope":               {spec: `{scope: Galaxy}`, want: []string{`spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"`}},
		"features of old":             {spec: `{scope: Cluster, featureGates: [{name: FederatedIngress, configuration: Enabled}, {name: CrossClusterServiceDiscovery, configuration: Disabled}]}`},
		"old lock and monitor period": {spec: `{scope: Cluster, leaderElect: {resourceLock: endpoints}, controllerDuration: {clusterMonitorPeriod: 40s}}`},
		"durations of zero": {
			spec: `{scope: Cluster, controllerDuration: {availableDelay: 0s, unavailableDelay: -1s, cacheSyncTimeout: 0s}, clusterHealthCheck: {period: 0s, timeout: 0s}}`,
			want: []string{
				`spec.controllerDuration.availableDelay: Invalid value: "0s": must be greater than zero`,
				`spec.controllerDuration.unavailableDelay: Invalid value: "-1s": must be greater than zero`,
				`spec.controllerDuration.cacheSyncTimeout: Invalid value: "0s": must be greater than zero`,
				`spec.clusterHealthCheck.period: Invalid value: "0s": must be greater than zero`,
				`spec.clusterHealthCheck.timeout: Invalid value: "0s": must be greater than zero`,
			},
		},
		"numbers of zero": {
			spec: `{scope: Cluster, clusterHealthCheck: {failureThreshold: 0, successThreshold: -1}, syncController: {maxConcurrentReconciles: 0}, statusController: {maxConcurrentReconciles: 0}}`,
			want: []string{
				`spec.clusterHealthCheck.failureThreshold: Invalid value: 0: must be greater than zero`,
				`spec.clusterHealthCheck.successThreshold: Invalid value: -1: must be greater than zero`,
				`spec.syncController.maxConcurrentReconciles: Invalid value: 0: must be greater than zero`,
				`spec.statusController.maxConcurrentReconciles: Invalid value: 0: must be greater than zero`,
			},
		},
		"lease not longer than renewal": {
			spec: `{scope: Cluster, leaderElect: {leaseDuration: 10s}}`,
			want: []string{`spec.leaderElect.leaseDuration: Invalid value: "10s": must be greater than renewDeadline`},
		},
		"renewal not longer than 1.2 retries": {
			spec: `{scope: Cluster, leaderElect: {renewDeadline: 6s}}`,
			want: []string{`spec.leaderElect.renewDeadline: Invalid value: "6s": must be greater than 1.2 times retryPeriod`},
		},
		"words that mean nothing": {
			spec: `{scope: Cluster, leaderElect: {resourceLock: padlock}, syncController: {adoptResources: Maybe}}`,
			want: []string{
				`spec.leaderElect.resourceLock: Unsupported value: "padlock": supported values: "configmaps", "endpoints", "leases"`,
				`spec.syncController.adoptResources: Unsupported value: "Maybe": supported values: "Enabled", "Disabled"`,
			},
		},
		"features that are wrong": {
			spec: `{scope: Cluster, featureGates: [{name: Teleport, configuration: Enabled}, {name: PushReconciler, configuration: Maybe}, {name: PushReconciler, configuration: Enabled}]}`,
			want: []string{
				`spec.featureGates[PushReconciler].configuration: Unsupported value: "Maybe": supported values: "Enabled", "Disabled"`,
				`spec.featureGates[PushReconciler].name: Duplicate value: "PushReconciler"`,
				`spec.featureGates[Teleport].name: Unsupported value: "Teleport": supported values: "CrossClusterServiceDiscovery", "FederatedIngress", "PushReconciler", "RawResourceStatusCollection", "SchedulerPreferences"`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, err := range config(t, c.spec).WithDefaults().Validate() {
				got = append(got, err.Error())
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestValidateAsksForWhatHasADefault(t *testing.T) {
	var missing []string
	for _, err := range config(t, `{scope: Cluster, leaderElect: {leaseDuration: 15s}}`).Validate() {
		missing = append(missing, err.Field)
	}
	require.Equal(t, []string{
		"spec.controllerDuration",
		"spec.leaderElect.renewDeadline", "spec.leaderElect.retryPeriod", "spec.leaderElect.resourceLock",
		"spec.clusterHealthCheck", "spec.syncController", "spec.statusController",
	}, missing)
}

package main

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// A config that is wrong ends the controller with one line that names the field.
func TestWrongConfig(t *testing.T) {
	host := servers.Shared(t, "empty")[0]
	content, err := host.Kubeconfig()
	require.NoError(t, err)
	kubeconfig := file(t, "kubeconfig", string(content))
	for name, test := range map[string]struct{ config, want string }{
		"no scope": {
			"spec: {}", "spec.scope: Required value"},
		"a duration of nothing": {
			"spec: {scope: Cluster, clusterHealthCheck: {period: 0s}}", `spec.clusterHealthCheck.period: Invalid value: "0s"`},
		"a lease that is too short": {
			"spec: {scope: Cluster, leaderElect: {leaseDuration: 1s}}", "spec.leaderElect.leaseDuration: Invalid value"},
		"a feature that does not exist": {
			"spec: {scope: Cluster, featureGates: [{name: Teleport, configuration: Enabled}]}", `spec.featureGates[Teleport].name: Unsupported value: "Teleport"`},
		"a field that does not exist": {
			"spec: {scope: Cluster, sync: {}}", `unknown field "spec.sync"`},
		"not YAML": {
			"spec: {", "yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "config.yaml", test.config)
			err := run(t.Context(), []string{"--kubeconfig=" + kubeconfig, "--kubefed-config=" + path}, t.Output())
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, path)
		})
	}
}

// On a host where nothing is installed, the error says what to do; what it says
// works, and may be done twice.
func TestInstall(t *testing.T) {
	host := servers.Fresh(t, "host")[0]
	content, err := host.Kubeconfig()
	require.NoError(t, err)
	at := "--kubeconfig=" + file(t, "kubeconfig", string(content))
	err = run(t.Context(), []string{at, "--healthz-addr=127.0.0.1:0", "--metrics-addr="}, t.Output())
	require.ErrorContains(t, err, `run "fedctl install"`)
	for range 2 {
		require.NoError(t, setup.Host{Config: host.Config(), Namespace: corev1beta1.DefaultNamespace}.Install(t.Context()))
	}
	p := startProcess(t, at, "--healthz-addr=127.0.0.1:0", "--metrics-addr=")
	p.isReady("leader")
	require.Equal(t, 0, p.terminate())
	_, err = controlplanetest.Client(t, host).CoordinationV1().Leases("kube-federation-system").Get(t.Context(), "kubefed-controller-manager", metav1.GetOptions{})
	require.NoError(t, err)
}

// A flag that is wrong is named.
func TestWrongFlags(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"unknown":        {[]string{"--qps=3"}, "--qps"},
		"an argument":    {[]string{"start"}, "start"},
		"log format":     {[]string{"--log-format=xml"}, `--log-format: got "xml", want text or json`},
		"no such file":   {[]string{"--kubeconfig=/does/not/exist"}, "--kubeconfig"},
		"no such config": {[]string{"--master=https://127.0.0.1:1", "--kubefed-config=/does/not/exist"}, "/does/not/exist"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, run(t.Context(), test.args, t.Output()), test.want)
		})
	}
}

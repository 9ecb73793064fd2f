package v1beta1_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// Manifests with every field that KubeFed had.
var manifests = map[string]string{
	"config": `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedConfig
metadata: {name: kubefed, namespace: kube-federation-system}
spec:
  scope: Cluster
  controllerDuration: {availableDelay: 20s, unavailableDelay: 1m0s, cacheSyncTimeout: 5m0s, clusterMonitorPeriod: 40s}
  leaderElect: {leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 5s, resourceLock: configmaps}
  featureGates:
  - {name: CrossClusterServiceDiscovery, configuration: Enabled}
  - {name: PushReconciler, configuration: Disabled}
  clusterHealthCheck: {period: 10s, failureThreshold: 3, successThreshold: 1, timeout: 3s}
  syncController: {maxConcurrentReconciles: 1, adoptResources: Enabled}
  statusController: {maxConcurrentReconciles: 1}
`,
	"cluster": `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedCluster
metadata: {name: cluster1, namespace: kube-federation-system, labels: {region: eu}}
spec:
  apiEndpoint: https://10.0.0.1:6443
  caBundle: Q0VSVA==
  secretRef: {name: cluster1-x7k2p}
  disabledTLSValidations: ["*"]
  proxyURL: socks5://127.0.0.1:1080
status:
  conditions:
  - type: Ready
    status: "True"
    reason: ClusterReady
    message: /healthz responded with ok
    lastProbeTime: "2026-01-02T03:04:05Z"
    lastTransitionTime: "2026-01-02T03:04:05Z"
  kubernetesVersion: v1.36.3
  region: eu-west-1
  zones: [eu-west-1a, eu-west-1b]
`,
	"type config": `
apiVersion: core.kubefed.io/v1beta1
kind: FederatedTypeConfig
metadata: {name: services, namespace: kube-federation-system}
spec:
  targetType: {version: v1, kind: Service, pluralName: services, scope: Namespaced}
  propagation: Enabled
  federatedType: {group: types.kubefed.io, version: v1beta1, kind: FederatedService, pluralName: federatedservices, scope: Namespaced}
  statusType: {group: core.kubefed.io, version: v1alpha1, kind: FederatedServiceStatus, pluralName: federatedservicestatuses, scope: Namespaced}
  statusCollection: Enabled
status: {observedGeneration: 1, propagationController: Running, statusController: Running}
`,
	"cluster without status": `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedCluster
metadata: {name: cluster2}
spec: {apiEndpoint: cluster2, secretRef: {name: s}}
`,
}

func TestManifestsOfKubeFedRoundTrip(t *testing.T) {
	scheme := runtime.NewScheme()
	require.NoError(t, corev1beta1.AddToScheme(scheme))
	for name, manifest := range manifests {
		t.Run(name, func(t *testing.T) {
			var kind struct {
				APIVersion string `json:"apiVersion"`
				Kind       string `json:"kind"`
			}
			require.NoError(t, yaml.Unmarshal([]byte(manifest), &kind))
			object, err := scheme.New(schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind))
			require.NoError(t, err)
			require.NoError(t, yaml.UnmarshalStrict([]byte(manifest), object))

			written, err := json.Marshal(object.DeepCopyObject())
			require.NoError(t, err)
			want, err := yaml.YAMLToJSON([]byte(manifest))
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(written))
		})
	}
}

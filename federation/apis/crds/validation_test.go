package crds_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// change is a merge patch, in YAML, over a manifest that is accepted as it is;
// refused lists what the server's message says when it does not take the result.
type change struct {
	patch   string
	refused []string
}

func accepted(patch string) change { return change{patch: patch} }

func refused(patch string, says ...string) change { return change{patch: patch, refused: says} }

// try creates each changed manifest, strictly as kubectl does, and checks what
// the server says of it. Nothing is stored.
func try(t *testing.T, resource schema.GroupVersionResource, manifest string, changes map[string]change) {
	client, namespace := host(t)
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		c := changes[name]
		t.Run(name, func(t *testing.T) {
			err := create(t, client.Resource(resource).Namespace(namespace), merge(t, manifest, c.patch))
			requireVerdict(t, c.refused, err)
		})
	}
}

func create(t *testing.T, objects dynamic.ResourceInterface, object *unstructured.Unstructured) error {
	t.Helper()
	_, err := objects.Create(t.Context(), object, metav1.CreateOptions{
		DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict,
	})
	return err
}

func requireVerdict(t *testing.T, says []string, err error) {
	t.Helper()
	if len(says) == 0 {
		require.NoError(t, err)
		return
	}
	require.True(t, apierrors.IsInvalid(err), "%v", err)
	for _, part := range says {
		require.ErrorContains(t, err, part)
	}
}

func merge(t *testing.T, manifest, patch string) *unstructured.Unstructured {
	t.Helper()
	original, err := yaml.YAMLToJSON([]byte(manifest))
	require.NoError(t, err)
	difference, err := yaml.YAMLToJSON([]byte(patch))
	require.NoError(t, err)
	merged, err := jsonpatch.MergePatch(original, difference)
	require.NoError(t, err)
	object := &unstructured.Unstructured{}
	require.NoError(t, json.Unmarshal(merged, &object.Object))
	return object
}

const config = `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedConfig
metadata: {name: kubefed}
spec: {scope: Cluster}
`

func TestKubeFedConfigsThatTheServerTakes(t *testing.T) {
	const positive = "must be a duration greater than zero"
	try(t, corev1beta1.KubeFedConfigs(), config, map[string]change{
		"the scope alone":            accepted(`{}`),
		"scope Namespaced":           accepted(`{spec: {scope: Namespaced}}`),
		"no spec":                    refused(`{spec: null}`, "spec: Required"),
		"no scope":                   refused(`{spec: {scope: null}}`, "spec.scope: Required"),
		"unknown scope":              refused(`{spec: {scope: Galaxy}}`, "spec.scope", `"Cluster", "Namespaced"`),
		"delay of zero":              refused(`{spec: {controllerDuration: {availableDelay: 0s}}}`, "spec.controllerDuration.availableDelay", positive),
		"negative delay":             refused(`{spec: {controllerDuration: {unavailableDelay: -5s}}}`, "spec.controllerDuration.unavailableDelay", positive),
		"time-out of zero":           refused(`{spec: {controllerDuration: {cacheSyncTimeout: 0s}}}`, "spec.controllerDuration.cacheSyncTimeout", positive),
		"delay that is no duration":  refused(`{spec: {controllerDuration: {availableDelay: soon}}}`, "spec.controllerDuration.availableDelay", positive),
		"delay that is a number":     refused(`{spec: {controllerDuration: {availableDelay: 20}}}`, "spec.controllerDuration.availableDelay"),
		"monitor period of old":      accepted(`{spec: {controllerDuration: {clusterMonitorPeriod: 40s}}}`),
		"explicit null":              accepted(`{spec: {controllerDuration: {availableDelay: null}}}`),
		"lease as long as renewal":   refused(`{spec: {leaderElect: {leaseDuration: 10s}}}`, "spec.leaderElect.leaseDuration", "greater than renewDeadline"),
		"renewal of 1.2 retries":     refused(`{spec: {leaderElect: {renewDeadline: 6s, retryPeriod: 5s}}}`, "spec.leaderElect.renewDeadline", "1.2 times retryPeriod"),
		"renewal of more":            accepted(`{spec: {leaderElect: {renewDeadline: 6001ms, retryPeriod: 5s}}}`),
		"lease of zero":              refused(`{spec: {leaderElect: {leaseDuration: 0s}}}`, "spec.leaderElect.leaseDuration", positive),
		"renewal of zero":            refused(`{spec: {leaderElect: {renewDeadline: 0s}}}`, "spec.leaderElect.renewDeadline", positive),
		"retry of zero":              refused(`{spec: {leaderElect: {retryPeriod: 0s}}}`, "spec.leaderElect.retryPeriod", positive),
		"lock configmaps":            accepted(`{spec: {leaderElect: {resourceLock: configmaps}}}`),
		"lock endpoints":             accepted(`{spec: {leaderElect: {resourceLock: endpoints}}}`),
		"lock leases":                accepted(`{spec: {leaderElect: {resourceLock: leases}}}`),
		"unknown lock":               refused(`{spec: {leaderElect: {resourceLock: padlock}}}`, "spec.leaderElect.resourceLock"),
		"a feature":                  accepted(`{spec: {featureGates: [{name: PushReconciler, configuration: Disabled}]}}`),
		"no features":                accepted(`{spec: {featureGates: []}}`),
		"features of old":            accepted(`{spec: {featureGates: [{name: FederatedIngress, configuration: Enabled}, {name: CrossClusterServiceDiscovery, configuration: Enabled}]}}`),
		"unknown feature":            refused(`{spec: {featureGates: [{name: Teleport, configuration: Enabled}]}}`, "spec.featureGates[0].name"),
		"feature twice":              refused(`{spec: {featureGates: [{name: PushReconciler, configuration: Enabled}, {name: PushReconciler, configuration: Disabled}]}}`, "spec.featureGates[1]: Duplicate", "PushReconciler"),
		"feature half on":            refused(`{spec: {featureGates: [{name: PushReconciler, configuration: Maybe}]}}`, "spec.featureGates[0].configuration"),
		"feature without value":      refused(`{spec: {featureGates: [{name: PushReconciler}]}}`, "spec.featureGates[0].configuration: Required"),
		"feature without name":       refused(`{spec: {featureGates: [{configuration: Enabled}]}}`, "spec.featureGates[0].name: Required"),
		"period of zero":             refused(`{spec: {clusterHealthCheck: {period: 0s}}}`, "spec.clusterHealthCheck.period", positive),
		"timeout of zero":            refused(`{spec: {clusterHealthCheck: {timeout: 0s}}}`, "spec.clusterHealthCheck.timeout", positive),
		"failure threshold of zero":  refused(`{spec: {clusterHealthCheck: {failureThreshold: 0}}}`, "spec.clusterHealthCheck.failureThreshold"),
		"success threshold of zero":  refused(`{spec: {clusterHealthCheck: {successThreshold: 0}}}`, "spec.clusterHealthCheck.successThreshold"),
		"no concurrency":             refused(`{spec: {syncController: {maxConcurrentReconciles: 0}}}`, "spec.syncController.maxConcurrentReconciles"),
		"no adoption":                accepted(`{spec: {syncController: {adoptResources: Disabled}}}`),
		"adoption on demand":         refused(`{spec: {syncController: {adoptResources: Maybe}}}`, "spec.syncController.adoptResources"),
		"no concurrency of statuses": refused(`{spec: {statusController: {maxConcurrentReconciles: 0}}}`, "spec.statusController.maxConcurrentReconciles"),
	})
}

const cluster = `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedCluster
metadata: {name: cluster1}
spec:
  apiEndpoint: https://10.0.0.1:6443
  secretRef: {name: cluster1-token}
`

func TestKubeFedClustersThatTheServerTakes(t *testing.T) {
	const endpoint, proxy = "spec.apiEndpoint", "spec.proxyURL"
	try(t, corev1beta1.KubeFedClusters(), cluster, map[string]change{
		"a URL":                       accepted(`{}`),
		"no endpoint":                 refused(`{spec: {apiEndpoint: null}}`, "spec.apiEndpoint: Required"),
		"empty endpoint":              refused(`{spec: {apiEndpoint: ""}}`, endpoint),
		"host":                        accepted(`{spec: {apiEndpoint: example.com}}`),
		"short host":                  accepted(`{spec: {apiEndpoint: localhost}}`),
		"host and port":               accepted(`{spec: {apiEndpoint: "example.com:6443"}}`),
		"IP":                          accepted(`{spec: {apiEndpoint: 10.0.0.1}}`),
		"IP and port":                 accepted(`{spec: {apiEndpoint: "10.0.0.1:80"}}`),
		"IPv6 and port":               accepted(`{spec: {apiEndpoint: "[2001:db8::1]:6443"}}`),
		"IPv6 in a URL":               accepted(`{spec: {apiEndpoint: "https://[2001:db8::1]:6443"}}`),
		"IPv6 in a URL, bad port":     refused(`{spec: {apiEndpoint: "https://[2001:db8::1]:65536"}}`, endpoint, "port"),
		"http":                        accepted(`{spec: {apiEndpoint: "http://example.com"}}`),
		"upper case":                  accepted(`{spec: {apiEndpoint: "HTTPS://Example.com"}}`),
		"URL with a path":             accepted(`{spec: {apiEndpoint: "https://example.com/k8s/clusters/c-1"}}`),
		"host with a slash":           accepted(`{spec: {apiEndpoint: "example.com:443/"}}`),
		"host with a path":            refused(`{spec: {apiEndpoint: example.com/k8s}}`, endpoint, "must have a scheme when it has a path"),
		"other scheme":                refused(`{spec: {apiEndpoint: "ftp://example.com"}}`, endpoint, "scheme https or http"),
		"no host":                     refused(`{spec: {apiEndpoint: "https://"}}`, endpoint, "must be a host"),
		"no host but a port":          refused(`{spec: {apiEndpoint: ":6443"}}`, endpoint, "must be a host"),
		"spaces":                      refused(`{spec: {apiEndpoint: "my cluster"}}`, endpoint, "must be a host"),
		"port zero":                   refused(`{spec: {apiEndpoint: "example.com:0"}}`, endpoint, "port between 1 and 65535"),
		"port too large":              refused(`{spec: {apiEndpoint: "https://example.com:65536"}}`, endpoint, "port between 1 and 65535"),
		"largest port":                accepted(`{spec: {apiEndpoint: "https://example.com:65535"}}`),
		"port far too large":          refused(`{spec: {apiEndpoint: "example.com:99999999999999999999"}}`, endpoint, "port between 1 and 65535"),
		"port that is no number":      refused(`{spec: {apiEndpoint: "example.com:https"}}`, endpoint, "must be a host"),
		"certificates":                accepted(`{spec: {caBundle: aGVsbG8=}}`),
		"certificates not in base64":  refused(`{spec: {caBundle: "-----BEGIN"}}`, "spec.caBundle"),
		"no secret":                   refused(`{spec: {secretRef: null}}`, "spec.secretRef: Required"),
		"secret without name":         refused(`{spec: {secretRef: {name: null}}}`, "spec.secretRef.name: Required"),
		"secret with an empty name":   refused(`{spec: {secretRef: {name: ""}}}`, "spec.secretRef.name"),
		"secret that cannot be":       refused(`{spec: {secretRef: {name: My_Secret}}}`, "spec.secretRef.name"),
		"secret with dots":            accepted(`{spec: {secretRef: {name: a.b-c.d}}}`),
		"subject not checked":         accepted(`{spec: {disabledTLSValidations: [SubjectName]}}`),
		"subject and time":            accepted(`{spec: {disabledTLSValidations: [SubjectName, ValidityPeriod]}}`),
		"nothing checked":             accepted(`{spec: {disabledTLSValidations: ["*"]}}`),
		"nothing and more":            refused(`{spec: {disabledTLSValidations: [SubjectName, "*"]}}`, "spec.disabledTLSValidations", "nothing else when it holds *"),
		"unknown check":               refused(`{spec: {disabledTLSValidations: [Colour]}}`, "spec.disabledTLSValidations[0]"),
		"no proxy":                    accepted(`{spec: {proxyURL: ""}}`),
		"http proxy":                  accepted(`{spec: {proxyURL: "http://proxy:3128"}}`),
		"https proxy":                 accepted(`{spec: {proxyURL: "https://user:word@proxy.example.com"}}`),
		"socks5 proxy":                accepted(`{spec: {proxyURL: "socks5://127.0.0.1:1080"}}`),
		"ftp proxy":                   refused(`{spec: {proxyURL: "ftp://proxy"}}`, proxy, "http, https or socks5"),
		"proxy without scheme":        refused(`{spec: {proxyURL: "proxy:3128"}}`, proxy, "http, https or socks5"),
		"proxy that does not parse":   refused(`{spec: {proxyURL: "http://[::1"}}`, proxy, "http, https or socks5"),
		"no spec":                     refused(`{spec: null}`, "spec: Required"),
		"status of an old federation": accepted(`{status: {conditions: [], zones: [a], region: r}}`),
	})
}

const typeConfig = `
apiVersion: core.kubefed.io/v1beta1
kind: FederatedTypeConfig
metadata: {name: deployments.apps}
spec:
  targetType: {group: apps, version: v1, kind: Deployment, pluralName: deployments, scope: Namespaced}
  propagation: Enabled
  federatedType: {group: types.kubefed.io, version: v1beta1, kind: FederatedDeployment, pluralName: federateddeployments, scope: Namespaced}
`

func TestFederatedTypeConfigsThatTheServerTakes(t *testing.T) {
	const domain = "must be a domain with at least one dot"
	long := "a123456789012345678901234567890123456789012345678901234567890123"
	try(t, corev1beta1.FederatedTypeConfigs(), typeConfig, map[string]change{
		"a deployment":                 accepted(`{}`),
		"core group":                   accepted(`{metadata: {name: configmaps}, spec: {targetType: {group: null, kind: ConfigMap, pluralName: configmaps}}}`),
		"empty group":                  accepted(`{metadata: {name: configmaps}, spec: {targetType: {group: "", kind: ConfigMap, pluralName: configmaps}}}`),
		"group not in the name":        refused(`{metadata: {name: deployments}}`, "metadata.name must be the plural name of spec.targetType"),
		"group in the name only":       refused(`{spec: {targetType: {group: null}}}`, "metadata.name must be the plural name of spec.targetType"),
		"other plural":                 refused(`{spec: {targetType: {pluralName: replicasets}}}`, "metadata.name must be the plural name of spec.targetType"),
		"no target":                    refused(`{spec: {targetType: null}}`, "spec.targetType: Required"),
		"target without version":       refused(`{spec: {targetType: {version: null}}}`, "spec.targetType.version: Required"),
		"target without kind":          refused(`{spec: {targetType: {kind: null}}}`, "spec.targetType.kind: Required"),
		"target without plural":        refused(`{spec: {targetType: {pluralName: null}}}`, "spec.targetType.pluralName: Required"),
		"target without scope":         refused(`{spec: {targetType: {scope: null}}}`, "spec.targetType.scope: Required"),
		"target with another scope":    refused(`{spec: {targetType: {scope: Galaxy}}}`, "spec.targetType.scope"),
		"group that is no domain":      refused(`{metadata: {name: deployments.apps_}, spec: {targetType: {group: apps_}}}`, "spec.targetType.group"),
		"version that is no label":     refused(`{spec: {targetType: {version: "1"}}}`, "spec.targetType.version"),
		"version too long":             refused(`{spec: {targetType: {version: `+long+`}}}`, "spec.targetType.version"),
		"kind that is no label":        refused(`{spec: {targetType: {kind: My_Kind}}}`, "spec.targetType.kind"),
		"plural that is no label":      refused(`{spec: {federatedType: {pluralName: Federated}}}`, "spec.federatedType.pluralName"),
		"no propagation":               refused(`{spec: {propagation: null}}`, "spec.propagation: Required"),
		"propagation off":              accepted(`{spec: {propagation: Disabled}}`),
		"propagation by chance":        refused(`{spec: {propagation: Maybe}}`, "spec.propagation"),
		"no federated type":            refused(`{spec: {federatedType: null}}`, "spec.federatedType: Required"),
		"federated without group":      refused(`{spec: {federatedType: {group: null}}}`, "spec.federatedType.group", domain),
		"federated with a short group": refused(`{spec: {federatedType: {group: types}}}`, "spec.federatedType.group", domain),
		"federated with another group": accepted(`{spec: {federatedType: {group: fed.example.com}}}`),
		"with a status type":           accepted(`{spec: {statusType: {group: core.kubefed.io, version: v1alpha1, kind: FederatedServiceStatus, pluralName: federatedservicestatuses, scope: Namespaced}}}`),
		"status type without group":    refused(`{spec: {statusType: {version: v1alpha1, kind: FederatedServiceStatus, pluralName: federatedservicestatuses, scope: Namespaced}}}`, "spec.statusType.group", domain),
		"collection on":                accepted(`{spec: {statusCollection: Enabled}}`),
		"collection off":               accepted(`{spec: {statusCollection: Disabled}}`),
		"collection by chance":         refused(`{spec: {statusCollection: Maybe}}`, "spec.statusCollection"),
		"no spec":                      refused(`{spec: null}`, "spec: Required"),
	})
}

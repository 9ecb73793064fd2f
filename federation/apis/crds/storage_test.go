package crds_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// store creates the manifest in a namespace of the test's own.
func store(t *testing.T, resource schema.GroupVersionResource, manifest string) dynamic.ResourceInterface {
	t.Helper()
	client, namespace := host(t)
	objects := client.Resource(resource).Namespace(namespace)
	_, err := objects.Create(t.Context(), parse(t, manifest), metav1.CreateOptions{})
	require.NoError(t, err)
	return objects
}

func TestServerAndProgramFillInTheSameDefaults(t *testing.T) {
	for name, spec := range map[string]string{
		"nothing said": `{scope: Cluster}`,
		"some said":    `{scope: Namespaced, clusterHealthCheck: {period: 1m}, syncController: {adoptResources: Disabled}, leaderElect: {resourceLock: leases}}`,
	} {
		t.Run(name, func(t *testing.T) {
			said := strings.Replace(config, `{scope: Cluster}`, spec, 1)
			stored, err := store(t, corev1beta1.KubeFedConfigs(), said).Get(t.Context(), "kubefed", metav1.GetOptions{})
			require.NoError(t, err)
			var byServer, byProgram corev1beta1.KubeFedConfig
			require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(stored.Object, &byServer))
			require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(parse(t, said).Object, &byProgram))
			require.Equal(t, byProgram.WithDefaults().Spec, byServer.Spec)
			require.Empty(t, byServer.Validate())
		})
	}
}

func TestScopeOfAFederationCannotChange(t *testing.T) {
	configs := store(t, corev1beta1.KubeFedConfigs(), config)
	_, err := configs.Patch(t.Context(), "kubefed", types.MergePatchType, []byte(`{"spec":{"scope":"Namespaced"}}`), metav1.PatchOptions{})
	requireVerdict(t, []string{"spec.scope", "cannot change"}, err)
	_, err = configs.Patch(t.Context(), "kubefed", types.MergePatchType, []byte(`{"spec":{"clusterHealthCheck":{"period":"1m"}}}`), metav1.PatchOptions{})
	require.NoError(t, err)
}

func TestStatusOfAClusterThatTheServerTakes(t *testing.T) {
	clusters := store(t, corev1beta1.KubeFedClusters(), cluster)
	const probed = `"lastProbeTime":"2026-01-02T03:04:05Z"`
	for name, c := range map[string]struct {
		status  string
		refused []string
	}{
		"ready":               {status: `{"conditions":[{"type":"Ready","status":"True",` + probed + `}],"kubernetesVersion":"v1.36.3"}`},
		"offline, explained":  {status: `{"conditions":[{"type":"Offline","status":"True","reason":"ClusterNotReachable","message":"m","lastTransitionTime":"2026-01-02T03:04:05Z",` + probed + `}]}`},
		"malformed":           {status: `{"conditions":[{"type":"ConfigMalformed","status":"True",` + probed + `}]}`},
		"region and zones":    {status: `{"conditions":[],"region":"r","zones":["a","b"]}`},
		"no conditions":       {status: `{"region":"r"}`, refused: []string{"status.conditions: Required"}},
		"unknown type":        {status: `{"conditions":[{"type":"Happy","status":"True",` + probed + `}]}`, refused: []string{"status.conditions[0].type"}},
		"no type":             {status: `{"conditions":[{"status":"True",` + probed + `}]}`, refused: []string{"status.conditions[0].type: Required"}},
		"unknown status":      {status: `{"conditions":[{"type":"Ready","status":"Yes",` + probed + `}]}`, refused: []string{"status.conditions[0].status"}},
		"never probed":        {status: `{"conditions":[{"type":"Ready","status":"True"}]}`, refused: []string{"status.conditions[0].lastProbeTime: Required"}},
		"probed at time zero": {status: `{"conditions":[{"type":"Ready","status":"True","lastProbeTime":"0001-01-01T00:00:00Z"}]}`, refused: []string{"status.conditions[0].lastProbeTime", "time of the last probe"}},
		"probed at no time":   {status: `{"conditions":[{"type":"Ready","status":"True","lastProbeTime":"noon"}]}`, refused: []string{"status.conditions[0].lastProbeTime"}},
	} {
		t.Run(name, func(t *testing.T) {
			requireVerdict(t, c.refused, patchStatus(t, clusters, "cluster1", c.status))
		})
	}
}

func TestStatusOfATypeConfigThatTheServerTakes(t *testing.T) {
	configs := store(t, corev1beta1.FederatedTypeConfigs(), typeConfig)
	for name, c := range map[string]struct {
		status  string
		refused []string
	}{
		"running":             {status: `{"observedGeneration":1,"propagationController":"Running"}`},
		"both":                {status: `{"observedGeneration":1,"propagationController":"Running","statusController":"NotRunning"}`},
		"negative generation": {status: `{"observedGeneration":-1,"propagationController":"Running"}`, refused: []string{"status.observedGeneration"}},
		"no controller":       {status: `{"observedGeneration":1}`, refused: []string{"status.propagationController: Required"}},
		"walking":             {status: `{"propagationController":"Walking"}`, refused: []string{"status.propagationController"}},
		"status walking":      {status: `{"propagationController":"Running","statusController":"Walking"}`, refused: []string{"status.statusController"}},
	} {
		t.Run(name, func(t *testing.T) {
			requireVerdict(t, c.refused, patchStatus(t, configs, "deployments.apps", c.status))
		})
	}
}

// patchStatus gives an object without a status another one, but stores nothing.
func patchStatus(t *testing.T, objects dynamic.ResourceInterface, name, status string) error {
	t.Helper()
	_, err := objects.Patch(t.Context(), name, types.MergePatchType, []byte(`{"status":`+status+`}`),
		metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}, "status")
	return err
}

func TestKubectlShowsWhatItShowedOfClusters(t *testing.T) {
	_, namespace := host(t)
	require.Equal(t, []string{"Name", "age", "ready", "kubernetes-version"}, columns(t, corev1beta1.KubeFedClusters(), namespace))
	require.Equal(t, []string{"Name", "Age"}, columns(t, corev1beta1.FederatedTypeConfigs(), namespace))
}

// columns are the heads of the table that the server makes for kubectl get.
func columns(t *testing.T, resource schema.GroupVersionResource, namespace string) []string {
	t.Helper()
	client, err := rest.HTTPClientFor(servers.Shared(t, "host")[0].Config())
	require.NoError(t, err)
	url := servers.Shared(t, "host")[0].URL() + "/apis/" + resource.GroupVersion().String() + "/namespaces/" + namespace + "/" + resource.Resource
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	var table metav1.Table
	require.NoError(t, json.NewDecoder(response.Body).Decode(&table))
	var heads []string
	for _, column := range table.ColumnDefinitions {
		if column.Priority == 0 { // the others are shown when that is asked for
			heads = append(heads, column.Name)
		}
	}
	return heads
}

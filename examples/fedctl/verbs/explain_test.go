package verbs_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/controlplane"
)

func TestAnObjectIsExplainedWithoutAnyServer(t *testing.T) {
	args := []string{"explain", "-f", webFile, "-f", preferenceFile, "--clusters-file", clustersFile}
	for _, format := range []string{"table", "wide", "yaml"} {
		golden(t, "explain-files-"+format, aloneOK(t, append(args, "-o", format)...).out)
	}
	r := aloneOK(t, "explain", "-f", webFile, "--clusters-file", clustersFile, "-C", "rome")
	require.Contains(t, r.out, "FederatedDeployment shop/web: 2 of 5 clusters: 1 cordoned, 2 labels do not match\n")
	require.Contains(t, r.out, "rome      no       -          Cordoned: ")
	require.NotContains(t, r.out, "berlin")
}

func TestWrongArgumentsOfExplainAreNamedWithTheMend(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "what is to be explained?"},
		{"deployment/web -f " + webFile, "want TYPE/NAME or -f, not both"},
		{"-f " + webFile, "-f needs --clusters-file"},
		{"deployment/web --clusters-file " + clustersFile, "--clusters-file goes with -f"},
		{"-f " + webFile + " --clusters-file " + clustersFile + " -C oslo", `-C: no member has the name "oslo"; members: berlin, boston, denver, madrid, rome`},
		{"-f " + webFile + " --clusters-file " + clustersFile + " -o xml", "-o xml: want one of"},
	} {
		r := alone(t, "", append([]string{"explain"}, strings.Fields(c.args)...)...)
		require.Equal(t, 1, r.code, c.args)
		require.Contains(t, r.err, c.want)
		require.NotContains(t, r.out, "berlin")
	}
}

// federateNamespace federates the test's namespace to clusters with these labels.
func (w *world) federateNamespace(labels map[string]any) {
	w.Helper()
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{
		"placement": map[string]any{"clusterSelector": map[string]any{"matchLabels": labels}},
	})
}

// edit changes something on the host by a merge patch.
func (w *world) edit(resource schema.GroupVersionResource, namespace, name, patch string) {
	w.Helper()
	client, err := dynamic.NewForConfig(w.host.Config())
	require.NoError(w, err)
	_, err = client.Resource(resource).Namespace(namespace).Patch(w.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(w, err)
}

func (w *world) cluster(name, patch string) {
	w.Helper()
	w.edit(corev1beta1.KubeFedClusters(), corev1beta1.DefaultNamespace, name, patch)
}

// inNamespace are arguments for the test's namespace.
func (w *world) inNamespace(args ...string) []string { return append(args, "-n", w.namespace) }

// goldenIn is golden, without the name of the test's namespace.
func (w *world) goldenIn(name, text string) {
	w.Helper()
	golden(w.T, name, strings.ReplaceAll(text, w.namespace, "shop"))
}

// configMap declares one for all clusters.
func (w *world) configMap(name string) {
	w.Helper()
	w.declare("FederatedConfigMap", "federatedconfigmaps", name, map[string]any{"template": map[string]any{"data": map[string]any{"color": "red"}}})
}

func TestWhatWasRecordedAndWhatIsDecidedNowAreToldApart(t *testing.T) {
	w := newFederation(t, []string{"berlin", "boston", "madrid"})
	w.cluster("berlin", `{"metadata":{"labels":{"region":"eu"}}}`)
	w.cluster("madrid", `{"metadata":{"labels":{"region":"eu"}}}`)
	w.federateNamespace(map[string]any{"region": "eu"})
	w.configMap("web")
	explain := w.inNamespace("explain", "configmap/web")
	require.Contains(t, w.ok(explain...).out, "Differs: berlin: no controller has recorded anything of the object yet")

	stop := w.control()
	ready := w.until(func(r result) bool { return strings.Contains(r.out, "Ready is True") }, explain...)
	w.goldenIn("explain-host-table", ready.out)
	w.goldenIn("explain-host-wide", w.ok(append(explain, "-o", "wide")...).out)
	w.goldenIn("explain-host-json", w.ok(append(explain, "-o", "json")...).out)
	stop()

	w.cluster("madrid", `{"spec":{"unschedulable":true}}`)
	w.cluster("berlin", `{"metadata":{"labels":{"region":"us"}}}`)
	gone := w.ok(append(explain, "-C", "berlin,madrid")...)
	require.Contains(t, gone.out, "2 outside the namespace's clusters")
	require.Contains(t, gone.out, "Differs: berlin: it is not chosen now, and was when that was recorded")
	require.NotContains(t, gone.out, "Differs: madrid", "a cordoned cluster keeps what it has")

	w.edit(federatedTypes("federatedconfigmaps"), w.namespace, "web", `{"spec":{"template":{"data":{"color":"blue"}}}}`)
	require.Contains(t, w.ok(explain...).out, "Differs: berlin: what is recorded is of generation 1, and the object is at 2")
}

func TestALossThatIsHeldBackIsExplained(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	w.cluster("berlin", `{"metadata":{"labels":{"region":"eu"}}}`)
	w.cluster("madrid", `{"metadata":{"labels":{"region":"eu"}}}`)
	w.federateNamespace(map[string]any{"region": "eu"})
	w.configMap("web")
	explain := w.inNamespace("explain", "configmap/web")
	stop := w.control()
	w.until(func(r result) bool { return strings.Contains(r.out, "Ready is True") }, explain...)
	stop()
	w.edit(federatedTypes("federatednamespaces"), w.namespace, w.namespace, `{"spec":{"placement":{"clusterSelector":{"matchLabels":{"region":"us"}}}}}`)
	r := w.ok(explain...)
	require.Contains(t, r.out, "2 of 2 clusters: 2 kept by the loss guard")
	require.Contains(t, r.out, "LossGuarded: 2 of 2 clusters would lose the object, though its own placement did not change")
	w.control()
	r = w.until(func(r result) bool { return strings.Contains(r.out, "Ready is False (LossGuarded)") }, explain...)
	require.NotContains(t, r.out, "Differs:")
}

func TestReplicasAreExplainedByTheRecordedDecision(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"}, "deployments.apps")
	stop := w.control()
	w.until(func(r result) bool { return r.out == "True True" }, "get", "clusters", "-o", "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}")
	stop() // a cluster that is not known to be ready is given nothing, and what others have then stays there
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{})
	w.declare("FederatedDeployment", "federateddeployments", "web", map[string]any{"template": deploymentTemplate()})
	preference := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "scheduling.kubefed.io/v1alpha1", "kind": "ReplicaSchedulingPreference", "metadata": map[string]any{"name": "web"},
		"spec": map[string]any{"targetKind": "FederatedDeployment", "totalReplicas": int64(9), "planner": "Fair", "clusters": map[string]any{"berlin": map[string]any{"weight": int64(2)}, "*": map[string]any{"weight": int64(1)}}},
	}}
	resource := schema.GroupVersionResource{Group: "scheduling.kubefed.io", Version: "v1alpha1", Resource: "replicaschedulingpreferences"}
	_, err := w.objects(w.host.Config(), resource).Create(t.Context(), preference, metav1.CreateOptions{})
	require.NoError(t, err)
	explain := w.inNamespace("explain", "deploy/web", "-o", "json")
	require.Contains(t, w.ok(explain...).out, "no controller has decided on it yet")
	w.control()
	w.until(func(r result) bool { return strings.Contains(r.out, `"recorded": true`) }, explain...)
	r := w.until(func(r result) bool { return strings.Contains(r.out, `"given": 6`) }, explain...)
	var told struct {
		Replicas struct {
			Planner  string
			Recorded bool
			Current  bool
			Total    int
		}
		Clusters []struct {
			Name     string
			Replicas struct {
				Planned, Given int
				Message        string
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(r.out), &told))
	require.True(t, told.Replicas.Recorded && told.Replicas.Current)
	require.Equal(t, 9, told.Replicas.Total)
	require.Equal(t, 3, told.Clusters[1].Replicas.Planned)
	require.NotEmpty(t, told.Clusters[0].Replicas.Message)
}

func deploymentTemplate() map[string]any {
	labels := map[string]any{"app": "web"}
	return map[string]any{"spec": map[string]any{
		"replicas": int64(1), "selector": map[string]any{"matchLabels": labels},
		"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{
			"containers": []any{map[string]any{"name": "web", "image": "web:1"}},
		}},
	}}
}

func TestWhoMayNotReadIsToldWhatIsMissing(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	w.configMap("web")
	r := w.as(controlplane.User{Name: "nobody"}, w.inNamespace("explain", "configmap/web")...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, `cannot get resource "kubefedconfigs"`)
	require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
}

// as runs the program as another user of the host.
func (w *world) as(user controlplane.User, args ...string) result {
	w.Helper()
	config, err := w.host.ConfigFor(user)
	require.NoError(w, err)
	all := clientcmdapi.NewConfig()
	all.Clusters["host"] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	all.AuthInfos["user"] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}
	all.Contexts["host"] = &clientcmdapi.Context{Cluster: "host", AuthInfo: "user"}
	path := filepath.Join(w.TempDir(), "kubeconfig")
	require.NoError(w, clientcmd.WriteToFile(*all, path))
	return run(w.Context(), "", append([]string{"--kubeconfig=" + path, "--host-cluster-context=host"}, args...)...)
}

package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/internal/controlplane"
)

func TestAPlanSaysWhatWouldBeDoneAndDoesNothing(t *testing.T) {
	w := carried(t)
	planned := manifest("green", "{clusters: [{name: madrid}]}") + "---\n" + strings.Replace(manifest("red", "{clusterSelector: {}}"), "name: web", "name: more", 1)
	for _, format := range []string{"table", "json"} {
		r := w.feed(planned, w.inNamespace("plan", "-f", "-", "-o", format)...)
		require.Zero(t, r.code, r.err)
		w.goldenIn("plan-"+format, r.out)
	}
	r := w.feed(planned, w.inNamespace("plan", "-f", "-", "-C", "berlin")...)
	require.Contains(t, r.out, "create 1, change 0, remove 1, unchanged 0\n")
	require.Equal(t, "1", w.ok(w.inNamespace("explain", "configmap/web", "-o", "jsonpath={.object.generation}")...).out)
	require.Contains(t, w.fedctl(w.inNamespace("explain", "configmap/more")...).err, `there is no FederatedConfigMap "more"`)
}

func TestAPlanOfANamespaceIsOneOfWhatIsInIt(t *testing.T) {
	w := carried(t)
	w.cluster("berlin", `{"metadata":{"labels":{"region":"us"}}}`)
	w.cluster("madrid", `{"metadata":{"labels":{"region":"us"}}}`)
	namespace := "apiVersion: types.kubefed.io/v1beta1\nkind: FederatedNamespace\nmetadata: {name: " + w.namespace + "}\n" +
		"spec: {placement: {clusterSelector: {matchLabels: {region: eu}}}}\n"
	r := w.feed(namespace, "plan", "-f", "-")
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "kept by the loss guard; FederatedNamespace "+w.namespace+"/"+w.namespace+" does not include the cluster")
	require.Contains(t, r.out, "FederatedConfigMap "+w.namespace+"/web: 2 of 2 clusters would lose the object")
	require.Contains(t, r.out, "create 0, change 0, remove 2, unchanged 2\n", "the namespace itself is asked to go")
}

func TestAPlanCountsAPreferenceIn(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"}, "deployments.apps")
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{})
	w.declare("FederatedDeployment", "federateddeployments", "web", map[string]any{"template": deploymentTemplate()})
	w.settledAs(`"ready": "False"`, "deployment/web")
	preference := "apiVersion: scheduling.kubefed.io/v1alpha1\nkind: ReplicaSchedulingPreference\nmetadata: {name: web}\n" +
		"spec: {targetKind: FederatedDeployment, totalReplicas: 9, clusters: {berlin: {weight: 2}, madrid: {weight: 1}}}\n"
	r := w.feed(preference, w.inNamespace("plan", "-f", "-")...)
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "berlin    change   .spec.replicas from 1 to 6")
	require.Contains(t, r.out, "create 0, change 2, remove 0, unchanged 0\n")
}

func TestAPlanForeseesWhatAFileDoesNotSayAnyMore(t *testing.T) {
	w := carried(t)
	full, less := strings.Replace(manifest("red", "{clusterSelector: {}}"), "name: web", "name: full", 1), ""
	less, full = full, strings.Replace(full, "color: red", "color: red, size: large", 1)
	resource := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps"))
	for name, apply := range map[string]func(body []byte, object *unstructured.Unstructured) error{
		"server-side": func(body []byte, _ *unstructured.Unstructured) error {
			_, err := resource.Patch(t.Context(), "full", types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: "flux"})
			return err
		},
		"as kubectl apply does": func(body []byte, object *unstructured.Unstructured) error {
			object.SetAnnotations(map[string]string{corev1.LastAppliedConfigAnnotation: string(body)})
			_, err := resource.Create(t.Context(), object, metav1.CreateOptions{FieldManager: "kubectl-client-side-apply"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := yaml.YAMLToJSON([]byte(full))
			require.NoError(t, err)
			object := &unstructured.Unstructured{}
			require.NoError(t, object.UnmarshalJSON(body))
			require.NoError(t, apply(body, object))
			w.settled("configmap/full")
			r := w.feed(less, w.inNamespace("plan", "-f", "-", "-C", "berlin")...)
			require.Contains(t, r.out, "berlin    change   .data.size\n", r.err)
			require.NoError(t, resource.Delete(t.Context(), "full", metav1.DeleteOptions{}))
			stop := w.control()
			w.until(func(r result) bool { return r.code == 1 }, w.inNamespace("explain", "configmap/full")...)
			stop()
		})
	}
}

func TestWhatIsSuspendedIsSaidToWait(t *testing.T) {
	w := carried(t)
	w.edit(federatedTypes("federatedconfigmaps"), w.namespace, "web", `{"metadata":{"annotations":{"fedrail.io/suspend":"true"}}}`)
	r := w.feed(manifest("green", "{clusterSelector: {}}"), w.inNamespace("plan", "-f", "-")...)
	require.Contains(t, r.out, "berlin    change   .data.color; waits: the object is suspended\n")
	require.Contains(t, w.ok(w.inNamespace("explain", "configmap/web")...).out, "Note: it is suspended: nothing is created")
	require.Contains(t, w.fedctl(w.inNamespace("diff", "configmap/web")...).err, "/web: it is suspended: nothing is created")
}

// settledAs runs a controller until what it recorded of objects has a text.
func (w *world) settledAs(text string, objects ...string) {
	w.Helper()
	stop := w.control()
	for _, o := range objects {
		w.until(func(r result) bool { return strings.Contains(r.out, text) }, w.inNamespace("explain", o, "-o", "json")...)
	}
	stop()
}

func TestWhatCannotBePlannedIsNamedWithTheMend(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	for name, c := range map[string]struct {
		input string
		args  []string
		want  string
	}{
		"no file":             {want: "-f is missing"},
		"no such format":      {args: []string{"-f", "-", "-o", "xml"}, want: "-o xml: want one of"},
		"no such cluster":     {args: []string{"-f", "-", "-C", "oslo"}, want: `-C: no member has the name "oslo"; members: berlin`},
		"no such type":        {input: strings.ReplaceAll(manifest("red", "{}"), "ConfigMap", "CronTab"), args: []string{"-f", "-"}, want: `no type is federated as FederatedCronTab.types.kubefed.io; these are: configmaps, namespaces. "fedctl enable" adds one`},
		"refused by the host": {input: strings.ReplaceAll(manifest("red", "{}"), "{}", "{clusters: berlin}"), args: []string{"-f", "-"}, want: "the host refuses it: "},
		"a selector that makes no sense": {
			input: manifest("red", "{clusterSelector: {matchExpressions: [{key: a, operator: Like}]}}"), args: []string{"-f", "-"}, want: "cannot be understood, and nothing would be changed because of it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.feed(c.input, w.inNamespace(append([]string{"plan"}, c.args...)...)...)
			require.Equal(t, 1, r.code, r.out)
			require.Contains(t, r.err, c.want)
			require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
		})
	}
	r := w.feed("", w.inNamespace("plan", "-f", "-")...)
	require.Equal(t, result{err: "there is no federated object in the files\n"}, r)
	require.Equal(t, 1, w.as(controlplane.User{Name: "nobody"}, w.inNamespace("plan", "-f", webFile)...).code)
}

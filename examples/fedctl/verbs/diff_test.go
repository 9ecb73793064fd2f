package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/federation/setup"
)

// carried is a federation in which "web", a ConfigMap, is where it should be, and no
// controller runs any more. Its clusters have the label region=eu.
func carried(t *testing.T, types ...string) *world {
	t.Helper()
	w := newFederation(t, []string{"berlin", "madrid"}, types...)
	for _, c := range w.clusters {
		w.cluster(c.Cluster(), `{"metadata":{"labels":{"region":"eu"}}}`)
	}
	w.declare("FederatedNamespace", "federatednamespaces", w.namespace, map[string]any{})
	w.configMap("web")
	w.settled("configmap/web")
	return w
}

// settled runs a controller until objects of the test's namespace are ready.
func (w *world) settled(objects ...string) {
	w.Helper()
	stop := w.control()
	for _, o := range objects {
		w.until(func(r result) bool { return strings.Contains(r.out, "the present one: Ready is True") }, w.inNamespace("explain", o)...)
	}
	stop()
}

// manifest is a federated ConfigMap "web" with a color, placed as is said.
func manifest(color, placement string) string {
	return "apiVersion: types.kubefed.io/v1beta1\nkind: FederatedConfigMap\nmetadata: {name: web}\n" +
		"spec:\n  template: {data: {color: " + color + "}}\n  placement: " + placement + "\n"
}

func TestADiffEndsAsKubectlsDoes(t *testing.T) {
	w := carried(t)
	diff := w.inNamespace("diff", "configmap/web")
	require.Equal(t, result{}, w.fedctl(diff...), "all is as it should be")

	w.edit(federatedTypes("federatedconfigmaps"), w.namespace, "web", `{"spec":{"overrides":[{"clusterName":"madrid","clusterOverrides":[{"path":"/data/color","value":"blue"}]}]}}`)
	r := w.fedctl(diff...)
	require.Equal(t, 1, r.code, r.err)
	require.Empty(t, r.err)
	w.goldenIn("diff-changed", r.out)
	require.Equal(t, result{}, w.fedctl(append(diff, "-C", "berlin")...))
	require.Contains(t, w.ok("render", "--help").out, "Usage:")

	t.Setenv("KUBECTL_EXTERNAL_DIFF", "diff -u -N")
	r = w.fedctl(diff...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.out, "-  color: red\n+  color: blue")
	t.Setenv("KUBECTL_EXTERNAL_DIFF", "no-such-program")
	require.Equal(t, 2, w.fedctl(diff...).code)
}

func TestADiffOfAFileShowsWhatComesAndGoes(t *testing.T) {
	w := carried(t)
	paris := servers.Fresh(t, "paris")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "paris", Config: paris.Config()}))
	r := w.feed(manifest("green", "{clusters: [{name: madrid}, {name: paris}]}"), w.inNamespace("diff", "-f", "-")...)
	require.Equal(t, 1, r.code, r.err)
	w.goldenIn("diff-file", r.out)
	w.goldenIn("diff-file-errors", r.err)
	require.Contains(t, w.ok(w.inNamespace("explain", "configmap/web", "-o", "jsonpath={.object.generation}")...).out, "1", "nothing was written")
}

func TestValuesOfSecretsAreNotInADiff(t *testing.T) {
	w := carried(t, "secrets")
	w.declare("FederatedSecret", "federatedsecrets", "key", map[string]any{"template": map[string]any{"data": map[string]any{"password": "aHVudGVyMg=="}}})
	w.settled("secret/key")
	w.edit(federatedTypes("federatedsecrets"), w.namespace, "key", `{"spec":{"template":{"data":{"password":"c2VjcmV0","more":"bW9yZQ=="}}}}`)
	r := w.fedctl(w.inNamespace("diff", "secret/key", "-C", "berlin")...)
	require.Equal(t, 1, r.code, r.err)
	w.goldenIn("diff-secret", r.out)
	require.Contains(t, w.fedctl(w.inNamespace("diff", "secret/key", "--show-secrets")...).out, "-  password: aHVudGVyMg==")
}

func TestAClusterThatGivesNoAnswerIsNotADifference(t *testing.T) {
	w := carried(t)
	paris := servers.Fresh(t, "paris")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "paris", Config: paris.Config()}))
	w.settled("configmap/web")
	paris.Kill()
	diff := w.inNamespace("diff", "configmap/web", "--member-timeout", "2s")
	r := w.fedctl(diff...)
	require.Equal(t, 3, r.code, r.err)
	require.Empty(t, r.out)
	require.Contains(t, r.err, "warning: cluster paris gives no answer, and FederatedConfigMap "+w.namespace+"/web is not compared there: ")

	w.edit(federatedTypes("federatedconfigmaps"), w.namespace, "web", `{"spec":{"template":{"data":{"color":"blue"}}}}`)
	r = w.fedctl(diff...)
	require.Equal(t, 1, r.code, r.err)
	require.Contains(t, r.err, "warning: cluster paris gives no answer")
	require.Contains(t, r.out, "+++ berlin/configmaps/")
}

func TestWhatAClusterRefusesFailsADiff(t *testing.T) {
	w := carried(t)
	w.edit(federatedTypes("federatedconfigmaps"), w.namespace, "web", `{"spec":{"template":{"data":{"color":["red"]}}}}`)
	r := w.fedctl(w.inNamespace("diff", "configmap/web", "-C", "berlin")...)
	require.Equal(t, 2, r.code, r.out)
	require.Contains(t, r.err, "error: cluster berlin: FederatedConfigMap "+w.namespace+"/web: update: ")
	require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
}

func TestAFieldThatSomebodyTookIsInTheDiff(t *testing.T) {
	w := carried(t)
	resource := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	client := w.objects(w.clusters[0].Config(), resource)
	there, err := client.Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	there.Object["data"] = map[string]any{"color": "theirs", "more": "theirs too"}
	_, err = client.Update(t.Context(), there, metav1.UpdateOptions{FieldManager: "somebody"})
	require.NoError(t, err)
	r := w.fedctl(w.inNamespace("diff", "configmap/web")...)
	require.Equal(t, 1, r.code, r.err)
	require.Contains(t, r.out, "-  color: theirs\n+  color: red\n")
	require.NotContains(t, r.out, "-  more", "what is not ours stays")
}

func TestWrongArgumentsOfADiffFailIt(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "what is to be compared?"},
		{"configmap/web -f " + webFile, "want TYPE/NAME or -f, not both"},
		{"--no-such-flag", "unknown flag: --no-such-flag"},
		{"configmap/web", "--kubeconfig"},
	} {
		r := alone(t, "", append([]string{"diff"}, strings.Fields(c.args)...)...)
		require.Equal(t, 2, r.code, c.args)
		require.Contains(t, r.err, c.want)
	}
}

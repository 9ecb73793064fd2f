package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation/setup"
)

// web is a Deployment's template.
func web(replicas int64) map[string]any {
	labels := map[string]any{"app": "web"}
	return map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{
		"replicas": replicas, "selector": map[string]any{"matchLabels": labels},
		"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{
			"containers": []any{map[string]any{"name": "web", "image": "web:1"}}}},
	}}
}

func TestAStandingTellsOfEachCluster(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"}, "deployments.apps")
	w.declare("FederatedDeployment", "federateddeployments", "web", map[string]any{"template": web(2)})
	golden(t, "status-unseen", w.even(w.ok("status", "deployment/web", "-n", w.namespace).out))
	w.control()
	w.federateNamespace(map[string]any{})
	w.until(func(r result) bool {
		return strings.Contains(r.out, "2 of 2 clusters hold") && strings.Contains(r.out, "2 Progressing")
	}, "status", "deployment/web", "-n", w.namespace)
	for name, args := range map[string][]string{"table": nil, "wide": {"-C", "berlin"}, "yaml": nil} {
		r := w.ok(append([]string{"status", "deploy", "web", "-n", w.namespace, "-o", name}, args...)...)
		golden(t, "status-"+name, w.even(r.out))
	}
	require.Equal(t, "berlin madrid", w.ok("status", "deployment/web", "-n", w.namespace, "-o", "jsonpath={.clusters[*].name}").out)

	r := w.fedctl("status", "deployment/web", "-n", w.namespace, "--wait", "--timeout=1s", "--for=Available")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, "Available is False: Progressing: ")
	require.Contains(t, r.err, `error: FederatedDeployment "web" is not Available within 1s: Progressing: `)
	require.Contains(t, r.out, "CLUSTER")
	r = w.ok("status", "deployment/web", "-n", w.namespace, "--wait", "--for=Applied")
	require.Empty(t, r.err)
}

func TestAWaitEndsWithTheObject(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{}})
	waiting := w.begin("status", "cm/settings", "-n", w.namespace, "--wait")
	waiting.says(waiting.err, "Ready is Unknown: NotObserved: no controller has looked at it yet\n")
	objects := w.objects(w.host.Config(), federatedTypes("federatedconfigmaps"))
	require.NoError(t, objects.Delete(t.Context(), "settings", metav1.DeleteOptions{}))
	require.Equal(t, 1, <-waiting.code)
	require.Contains(t, waiting.err.String(), `error: FederatedConfigMap "settings" was deleted while it was waited for`)

	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{}})
	waiting = w.begin("status", "cm/settings", "-n", w.namespace, "--wait", "--timeout=0")
	waiting.says(waiting.err, "Ready is Unknown")
	require.Equal(t, 130, waiting.interrupt())
	waiting = w.begin("status", "cm/settings", "-n", w.namespace, "--wait", "--timeout=0")
	waiting.says(waiting.err, "Ready is Unknown")
	w.control()
	w.federateNamespace(map[string]any{})
	require.Zero(t, <-waiting.code, waiting.err.String())
	require.Contains(t, waiting.out.String(), "berlin")
}

func TestAnAgeThatIsNotKnownIsWarnedOf(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	dead := servers.Fresh(t, "dead")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "dead", Config: dead.Config()}))
	w.control()
	w.federateNamespace(map[string]any{})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{}})
	w.ok("status", "cm/settings", "-n", w.namespace, "--wait")
	require.NoError(t, dead.Pause())
	r := w.fedctl("status", "cm/settings", "-n", w.namespace, "--member-timeout=1s")
	require.Equal(t, 3, r.code)
	require.Equal(t, "warning: cluster dead: no answer within 1s\n", r.err)
	require.Contains(t, r.out, "<unknown>")
	require.Zero(t, w.ok("status", "cm/settings", "-n", w.namespace, "--member-timeout=1s", "--wait", "--for=Scheduled").code)
}

func TestWhatIsWrongWithAStatusIsSaidInOneLine(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	for wrong, args := range map[string][]string{
		`--for "Delete": want one of Ready, Available, Applied, Scheduled`: {"cm/a", "--for=Delete"},
		`--timeout -1s: want 0 or more`:                                    {"cm/a", "--timeout=-1s"},
		`"cm": want TYPE/NAME, such as deployment/web`:                     {"cm"},
		`there is no FederatedConfigMap "a" in namespace "default"`:        {"cm/a"},
		`type "secret" is not federated; these are: `:                      {"secret/a"},
	} {
		r := w.fedctl(append([]string{"status"}, args...)...)
		require.Equal(t, 1, r.code, wrong)
		require.Empty(t, r.out, wrong)
		require.Contains(t, r.err, "error: "+wrong)
		require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
	}
}

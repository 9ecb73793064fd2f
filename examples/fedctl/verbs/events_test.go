package verbs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
)

// years are ages that even leaves alone.
var years = regexp.MustCompile(`(?m)^\d+[dhy]\w* +`)

// note writes an event about an object.
func (w *world) note(cluster *rest.Config, about *unstructured.Unstructured, fields map[string]any) {
	w.Helper()
	event := map[string]any{"apiVersion": "v1", "kind": "Event", "metadata": map[string]any{"generateName": "e-"},
		"involvedObject": map[string]any{"kind": about.GetKind(), "name": about.GetName(), "namespace": w.namespace, "uid": string(about.GetUID())}}
	for name, value := range fields {
		event[name] = value
	}
	_, err := w.objects(cluster, kind("events")).Create(w.Context(), &unstructured.Unstructured{Object: event}, metav1.CreateOptions{})
	require.NoError(w, err)
}

func (w *world) get(cluster *rest.Config, plural, name string) *unstructured.Unstructured {
	w.Helper()
	resource := kind(plural)
	if strings.HasPrefix(plural, "federated") {
		resource = federatedTypes(plural)
	}
	object, err := w.objects(cluster, resource).Get(w.Context(), name, metav1.GetOptions{})
	require.NoError(w, err)
	return object
}

func TestEventsOfHostAndClustersAreInOneOrder(t *testing.T) {
	w := deploy(t)
	berlin, madrid := w.clusters[0].Config(), w.clusters[1].Config()
	at := func(second, kind, reason, message string) map[string]any {
		return map[string]any{"lastTimestamp": "2026-01-01T10:00:" + second + "Z", "type": kind, "reason": reason, "message": message}
	}
	w.note(w.host.Config(), w.get(w.host.Config(), "federateddeployments", "web"), at("01", "Normal", "First", "on the host"))
	w.note(madrid, w.get(madrid, "deployments", "web"), at("02", "Warning", "Second", "in madrid"))
	w.note(berlin, w.get(berlin, "pods", "web-5d-0"), at("03", "Normal", "Third", "of a pod"))
	w.note(berlin, w.create(0, kind("configmaps"), map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "web-config"}}), at("04", "Normal", "Fourth", "of something else"))

	own := []string{"events", "-n", w.namespace, "--member-access=kubeconfig"}
	for name, args := range map[string][]string{
		"all": nil, "about": {"deployment/web"}, "wide": {"deployment", "web", "-o", "wide"},
		"warnings": {"--types=Warning"}, "berlin": {"-C", "berlin", "deployment/web"},
	} {
		golden(t, "events-"+name, years.ReplaceAllString(w.even(w.ok(append(own, args...)...).out), "<age> "))
	}
	where := `jsonpath={range .items[*]}{.metadata.annotations.fedctl\.fedrail\.io/cluster}:{.reason} {end}`
	require.Equal(t, ":First madrid:Second berlin:Third ", w.ok(append(own, "deployment/web", "-o", where)...).out)
	require.Contains(t, w.ok("events", "-A", "--member-access=kubeconfig").out, "NAMESPACE")

	r := w.fedctl("events", "-n", w.namespace)
	require.Equal(t, 3, r.code)
	require.Contains(t, r.err, `warning: cluster berlin: events is forbidden: `)
	require.Contains(t, r.out, "First")

	watching := w.begin(append(own, "deployment/web", "-w")...)
	watching.says(watching.out, "Third")
	pod := w.create(0, kind("pods"), below(w.get(berlin, "replicasets", "web-5d"), "web-5d-9", map[string]any{"containers": []any{map[string]any{"name": "web", "image": "web:1"}}}))
	w.note(berlin, pod, at("05", "Normal", "Fifth", "of a pod that is new"))
	watching.says(watching.out, "Fifth")
	require.Equal(t, 130, watching.interrupt())
	require.Equal(t, 1, strings.Count(watching.out.String(), "Third"))
	require.NotContains(t, watching.out.String(), "Fourth")
}

func TestWhatIsWrongWithEventsIsSaidInOneLine(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	for wrong, args := range map[string][]string{
		`--types "Bad": want Normal or Warning`:                                     {"--types=Bad"},
		`--all-namespaces: an object is in one namespace; leave out one of the two`: {"cm/a", "-A"},
		`there is no FederatedConfigMap "a" in namespace "default"`:                 {"cm/a"},
		`no member has the name "paris"; members: berlin`:                           {"-C", "paris"},
	} {
		r := w.fedctl(append([]string{"events"}, args...)...)
		require.Equal(t, 1, r.code, wrong)
		require.Contains(t, r.err, "error: "+wrong)
	}
	require.Equal(t, result{err: "no events\n"}, w.ok("events", "-n", "none", "--member-access=kubeconfig"))
}

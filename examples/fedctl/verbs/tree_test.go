package verbs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/setup"
)

// deploy has a Deployment web in two clusters, and in the first of them what a
// controller would make of it: a ReplicaSet with two Pods.
func deploy(t *testing.T) *world {
	t.Helper()
	w := newFederation(t, []string{"berlin", "madrid"}, "deployments.apps")
	w.control()
	w.federateNamespace(map[string]any{})
	w.declare("FederatedDeployment", "federateddeployments", "web", map[string]any{"template": web(2)})
	w.until(func(r result) bool {
		return strings.Contains(r.out, "2 of 2 clusters hold") && strings.Contains(r.out, "2 Progressing")
	}, "status", "deployment/web", "-n", w.namespace)
	deployment, err := w.objects(w.clusters[0].Config(), kind("deployments")).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	set := w.create(0, kind("replicasets"), below(deployment, "web-5d", web(2)["spec"]))
	for i := range 2 {
		pod := below(set, fmt.Sprintf("web-5d-%d", i), map[string]any{"containers": []any{map[string]any{"name": "web", "image": "web:1"}}})
		w.create(0, kind("pods"), pod)
	}
	return w
}

// below is an object that another one owns.
func below(owner *unstructured.Unstructured, name string, spec any) map[string]any {
	kinds := map[string][2]string{"Deployment": {"apps/v1", "ReplicaSet"}, "ReplicaSet": {"v1", "Pod"}}
	child := kinds[owner.GetKind()]
	return map[string]any{"apiVersion": child[0], "kind": child[1], "spec": spec, "metadata": map[string]any{
		"name": name, "labels": map[string]any{"app": "web"},
		"ownerReferences": []any{map[string]any{"apiVersion": owner.GetAPIVersion(), "kind": owner.GetKind(), "name": owner.GetName(), "uid": string(owner.GetUID()), "controller": true}},
	}}
}

func TestATreeLeadsToThePods(t *testing.T) {
	w := deploy(t)
	t.Setenv("LANG", "C.UTF-8")
	t.Setenv("LC_ALL", "")
	t.Setenv("TERM", "xterm")
	own := []string{"tree", "deployment/web", "-n", w.namespace, "--member-access=kubeconfig"}
	for name, args := range map[string][]string{"boxes": nil, "compact": {"--compact"}, "most": {"--most=1", "-C", "berlin"}, "yaml": {"-o", "yaml"}} {
		r := w.ok(append(own, args...)...)
		require.Empty(t, r.err)
		golden(t, "tree-"+name, w.even(r.out))
	}
	t.Setenv("TERM", "dumb")
	r := w.ok("tree", "deploy", "web", "-n", w.namespace)
	golden(t, "tree-ascii", w.even(r.out))
	require.Equal(t, "warning: clusters berlin, madrid: replicasets: the account may not list them; --member-access=kubeconfig asks with credentials of yours\n", r.err)
}

func TestATreeNamesTheClusterThatGivesNoAnswer(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	dead := servers.Fresh(t, "dead")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "dead", Config: dead.Config()}))
	w.control()
	w.federateNamespace(map[string]any{})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{}})
	w.ok("status", "cm/settings", "-n", w.namespace, "--wait")
	require.NoError(t, dead.Pause())
	t.Setenv("TERM", "dumb")
	r := w.fedctl("tree", "cm/settings", "-n", w.namespace, "--member-timeout=1s")
	require.Equal(t, 3, r.code)
	require.Equal(t, "warning: cluster dead: no answer within 1s\n", r.err)
	require.Contains(t, r.out, "what is there is not known: no answer within 1s")
	r = w.fedctl("tree", "cm/settings", "--most=0")
	require.Equal(t, result{code: 1, err: "error: --most 0: want 1 or more\n"}, r)
}

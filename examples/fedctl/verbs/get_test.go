package verbs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/setup"
)

func TestClustersAreListedInEveryFormat(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	for _, format := range []string{"table", "wide", "name", "yaml", "jsonpath={.items[*].metadata.name}"} {
		r := w.ok("get", "clusters", "-o", format)
		golden(t, "get-clusters-"+format[:4], w.even(r.out))
	}
	r := w.fedctl("get", "clusters", "-o", "xml")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "error: -o xml: want one of table, wide, json, yaml")
	require.Equal(t, "kubefedcluster.core.kubefed.io/madrid\n", w.ok("get", "cluster/madrid", "-o", "name").out)
	r = w.fedctl("get", "clusters", "paris")
	require.Equal(t, result{code: 1, err: "error: no member has the name \"paris\"; members: berlin, madrid\n"}, r)
}

func TestAHostThatIsNoneIsSaidToBeNone(t *testing.T) {
	r := newWorld(t).fedctl("get", "clusters")
	require.Equal(t, result{code: 1, err: "error: the host does not know the kind KubeFedCluster: is this the host of a federation? \"fedctl install\" makes it one\n"}, r)
}

func TestMembersThatFetchAreClustersToo(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	_, err := w.setup().JoinFetching(t.Context(), setup.Member{Name: "edge1", Labels: map[string]string{"tier": "edge"}})
	require.NoError(t, err)
	golden(t, "get-clusters-fetching", w.even(w.ok("get", "clusters", "-o", "wide").out))
	require.Equal(t, "namespace/fedrail-member-edge1\n", w.ok("get", "clusters", "-l", "tier=edge", "-o", "name").out)

	r := w.fedctl("get", "configmaps", "-A", "--no-headers")
	require.Equal(t, 3, r.code)
	require.Equal(t, "warning: cluster edge1: it fetches what it holds, and the host has no way to it; --member-access=kubeconfig asks it by the context of its name\n", r.err)
	require.Contains(t, r.out, "berlin")
	r = w.fedctl("get", "configmaps", "-C", "edge1", "--member-access=kubeconfig")
	require.Equal(t, 3, r.code)
	require.Contains(t, r.err, `warning: cluster edge1: --member-access=kubeconfig: the kubeconfig has no context "edge1"; it has: "berlin", "host"`)
}

func TestCopiesAreListedAsTheirClustersPrintThem(t *testing.T) {
	w := newFederation(t, []string{"berlin", "madrid"})
	w.control()
	w.federateNamespace(map[string]any{})
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{"data": map[string]any{"a": "b"}}})
	w.until(func(r result) bool { return strings.Contains(r.out, "2/2") && strings.Contains(r.out, "True") },
		"get", "configmap", "settings", "--scope=host", "-n", w.namespace)
	w.create(0, kind("configmaps"), map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "theirs"}})

	for name, args := range map[string][]string{
		"members":    {"configmaps"},
		"one":        {"configmap/settings", "-C", "madrid"},
		"host":       {"configmaps", "--scope=host"},
		"host-wide":  {"configmaps", "--scope=host", "-o", "wide"},
		"all":        {"cm", "--scope=all", "settings"},
		"name":       {"configmap", "settings", "--scope=all", "-o", "name"},
		"namespaces": {"namespaces", w.namespace},
	} {
		golden(t, "get-objects-"+name, w.even(w.ok(append([]string{"get", "-n", w.namespace}, args...)...).out))
	}
	where := `jsonpath={range .items[*]}{.metadata.annotations.fedctl\.fedrail\.io/cluster}/{.metadata.name} {end}`
	require.Equal(t, "/settings berlin/settings berlin/theirs madrid/settings ", w.ok("get", "configmaps", "-n", w.namespace, "--scope=all", "-o", where).out)
	require.Contains(t, w.ok("get", "configmaps", "-A").out, "NAMESPACE")

	r := w.fedctl("get", "configmaps", "nothing", "-n", w.namespace)
	require.Equal(t, 1, r.code)
	require.Equal(t, `error: no cluster has the ConfigMap "nothing" in namespace "test-namespace0"; "get configmaps --scope=host" says what is declared`+"\n",
		strings.ReplaceAll(strings.SplitAfterN(r.err, "\n", 2)[1], w.namespace, "test-namespace0"))
	r = w.ok("get", "configmaps", "-l", "none=such", "-n", w.namespace)
	require.Equal(t, result{err: "no configmaps in namespace \"" + w.namespace + "\" in 2 clusters\n"}, r)
}

func TestWhatIsWrongWithAGetIsSaidInOneLine(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	for wrong, args := range map[string][]string{
		`--scope "moon": want host, members or all`:       {"configmaps", "--scope=moon"},
		`--selector "a in": `:                             {"configmaps", "-l", "a in"},
		`type "pods" is not federated; these are: `:       {"pods"},
		`no member has the name "paris"; members: berlin`: {"configmaps", "-C", "paris"},
		`"configmap/": want one TYPE, and then names`:     {"configmap/"},
		`there is no FederatedConfigMap "x" in namespace`: {"configmap", "x", "--scope=host"},
	} {
		r := w.fedctl(append([]string{"get"}, args...)...)
		require.Equal(t, 1, r.code, wrong)
		require.Empty(t, r.out, wrong)
		require.Contains(t, r.err, "error: "+wrong)
		require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
	}
}

func TestAClusterThatGivesNoAnswerIsNamed(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	dead := servers.Fresh(t, "dead")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "dead", Config: dead.Config()}))
	require.NoError(t, dead.Pause())
	r := w.fedctl("get", "configmaps", "-A", "--member-timeout=1s")
	require.Equal(t, 3, r.code)
	require.Equal(t, "warning: cluster dead: no answer within 1s\n", r.err)
	require.Contains(t, r.out, "berlin")
	require.Equal(t, result{code: 3, err: r.err}, w.fedctl("get", "configmaps", "-A", "-C", "dead", "-o", "name", "--member-timeout=1s"))
}

func TestChangesAreToldUntilSomebodyInterrupts(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	w.control()
	w.federateNamespace(map[string]any{})
	objects, clusters := w.begin("get", "configmaps", "-n", w.namespace, "--scope=all", "-w"), w.begin("get", "clusters", "-w")
	machine := w.begin("get", "configmaps", "-n", w.namespace, "-w", "-o", "name")
	clusters.says(clusters.out, "True")
	w.declare("FederatedConfigMap", "federatedconfigmaps", "settings", map[string]any{"template": map[string]any{}})
	objects.says(objects.out, "1/1")
	objects.says(objects.out, "berlin")
	machine.says(machine.out, "configmap/settings\n")
	require.Equal(t, 130, objects.interrupt())
	require.Equal(t, 130, machine.interrupt())

	patch := []byte(`{"spec":{"taints":[{"key":"repair","effect":"NoSchedule"}]}}`)
	_, err := w.system("kubefedclusters").Patch(t.Context(), "berlin", types.MergePatchType, patch, metav1.PatchOptions{})
	require.NoError(t, err)
	clusters.says(clusters.out, "repair:NoSchedule")
	require.Equal(t, 130, clusters.interrupt())
	require.Equal(t, "interrupted", strings.TrimPrefix(strings.TrimSpace(clusters.err.String()), "error: "))
	require.Equal(t, 1, strings.Count(clusters.out.String(), "NAME"))
}

package verbs_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation/setup"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/crdtest"
)

func cronTab(version string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "stable.example.com", Version: version, Resource: "crontabs"}
}

func configMaps() schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
}

// federateCronTabs has the member know the custom resources of the host.
func (w *world) federateCronTabs() {
	w.Helper()
	definitions := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	member, err := dynamic.NewForConfig(w.clusters[0].Config())
	require.NoError(w, err)
	w.Cleanup(func() { // other tests have the same member
		require.NoError(w, member.Resource(definitions).Delete(context.Background(), cronTabs().Name, metav1.DeleteOptions{}))
	})
	w.ok("federate", "crd", cronTabs().Name, "--enable-type")
	require.NoError(w, w.setup().Join(w.Context(), setup.Member{Name: "berlin", Config: w.clusters[0].Config()}))
}

// make makes an object on the host, in the test's namespace.
func (w *world) make(resource schema.GroupVersionResource, object map[string]any) {
	w.Helper()
	_, err := w.objects(w.host.Config(), resource).Create(w.Context(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// Objects of any type, at a version that the host does not prefer, are carried at
// once.
func TestObjectsOfAnEnabledCustomResourceAreCarriedAtOnce(t *testing.T) {
	w := newFederation(t, []string{"berlin"})
	w.control()
	w.until(func(r result) bool { return strings.Contains(r.out, "True") }, "get", "clusters")
	crdtest.Install(t, w.host.Config(), cronTabs())

	r := w.ok("enable", "crontabs.stable.example.com", "--version", "v1beta1")
	require.Contains(t, r.err, "cluster berlin joined before, and lets the federation write these types once it joins again:\n  fedctl join berlin\n")
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "berlin", Config: w.clusters[0].Config()}))
	w.until(func(r result) bool {
		return strings.Contains(r.err, "warning: cluster berlin does not serve crontabs.stable.example.com/v1beta1")
	}, "enable", "ct", "--version", "v1beta1")
	w.federateCronTabs()

	w.make(cronTab("v1"), map[string]any{"apiVersion": "stable.example.com/v1", "kind": "CronTab",
		"metadata": map[string]any{"name": "nightly"}, "spec": map[string]any{"schedule": "0 3 * * *"}})
	w.ok("federate", "namespace", w.namespace)
	w.ok("federate", "ct", "nightly", "-n", w.namespace)
	copies := w.objects(w.clusters[0].Config(), cronTab("v1beta1"))
	require.Eventually(t, func() bool {
		o, err := copies.Get(t.Context(), "nightly", metav1.GetOptions{})
		require.True(t, err == nil || apierrors.IsNotFound(err), "%v", err)
		return err == nil && o.Object["spec"].(map[string]any)["schedule"] == "0 3 * * *"
	}, soon, tick)
}

// web is a Service of the host with a Deployment that somebody declared, and what
// controllers made of it.
func (w *world) web() {
	w.make(schema.GroupVersionResource{Version: "v1", Resource: "services"}, map[string]any{"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"name": "web", "labels": map[string]any{"app": "web"}, "annotations": map[string]any{
			"note": "hello", "kubectl.kubernetes.io/last-applied-configuration": "{}"}},
		"spec": map[string]any{"type": "NodePort", "selector": map[string]any{"app": "web"}, "ports": []any{map[string]any{"port": int64(80)}}}})
	w.make(configMaps(), map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "settings"}, "data": map[string]any{"a": "b"}})
	w.make(configMaps(), map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "made", "ownerReferences": []any{
		map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "name": "settings", "uid": "0", "controller": true}}}})
	w.make(configMaps(), map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "kube-root-ca.crt"}})
	w.make(schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}, map[string]any{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": map[string]any{"name": "leader"}})
}

func (w *world) federated(plural string) []string {
	w.Helper()
	list, err := w.objects(w.host.Config(), federatedTypes(plural)).List(w.Context(), metav1.ListOptions{})
	require.NoError(w, err)
	var names []string
	for _, o := range list.Items {
		names = append(names, o.GetName())
	}
	return names
}

func TestFederateMakesAFederatedObjectOfOneOnTheHost(t *testing.T) {
	w := newFederation(t, nil, "services")
	w.web()
	n := "-n" + w.namespace
	r := w.ok("federate", "svc", "web", n, "-o", "yaml")
	golden(t, "federate/service.yaml", strings.ReplaceAll(r.out, w.namespace, "test-namespace"))
	require.Equal(t, "service/web: left out, for a cluster or a client made it: metadata.annotations[kubectl.kubernetes.io/last-applied-configuration], spec.clusterIP, spec.clusterIPs, spec.ports[0].nodePort\n", r.err)
	require.Empty(t, w.federated("federatedservices"))

	for _, flag := range []string{"--dry-run", "--dry-run=server"} {
		r = w.ok("federate", "svc/web", n, flag)
		require.Contains(t, r.err, `Successfully created FederatedService "`+w.namespace+`/web" from Service (`)
		require.Empty(t, w.federated("federatedservices"))
	}

	r = w.ok("federate", "Service", "web", n, "-C", "berlin,madrid")
	require.Empty(t, r.out)
	require.Contains(t, r.err, `Successfully created FederatedService "`+w.namespace+`/web" from Service`+"\n")
	require.Contains(t, r.err, "it goes to clusters once namespace "+w.namespace+" is federated, too:\n  fedctl federate namespace "+w.namespace+"\n")
	o, err := w.objects(w.host.Config(), federatedTypes("federatedservices")).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"clusters": []any{map[string]any{"name": "berlin"}, map[string]any{"name": "madrid"}}}, o.Object["spec"].(map[string]any)["placement"])

	r = w.fedctl("federate", "svc", "web", n)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, `error: FederatedService "`+w.namespace+`/web" is there already, and stays as it is`+"\n")

	r = w.ok("federate", "namespaces", w.namespace)
	require.Contains(t, r.err, `Successfully created FederatedNamespace "`+w.namespace+`/`+w.namespace+`" from Namespace`)
	require.Contains(t, r.err, "next, see how it fares:\n  fedctl status namespace/"+w.namespace+" --wait\n")
}

// A member that was ready and answers no more is not waited for longer than it may
// take, and is no failure of enabling.
func TestEnableDoesNotWaitForADeadMember(t *testing.T) {
	w := newFederation(t, nil)
	dead := servers.Fresh(t, "dead")[0]
	require.NoError(t, w.setup().Join(t.Context(), setup.Member{Name: "dead", Config: dead.Config()}))
	stop := w.control()
	w.until(func(r result) bool { return strings.Contains(r.out, "True") }, "get", "clusters")
	stop()
	require.NoError(t, dead.Pause())
	t.Cleanup(func() { require.NoError(t, dead.Continue()) })
	r := w.ok("enable", "secrets", "--member-timeout=200ms")
	require.Contains(t, r.out, "federatedtypeconfig.core.kubefed.io/secrets created")
	require.Equal(t, "next, federate an object:\n  fedctl federate secrets NAME\n", r.err)
}

// Objects that each cluster has of its own are federated when they are asked for, and
// it is said what that means.
func TestFederateWarnsOfWhatIsKeptByOthers(t *testing.T) {
	w := newFederation(t, nil)
	w.web()
	r := w.ok("federate", "cm", "made", "-n"+w.namespace, "-o", "yaml")
	require.Equal(t, `warning: ConfigMap "`+w.namespace+`/made" is kept by ConfigMap "settings": where that is federated, each cluster gets its own`+"\n", r.err)
	require.Contains(t, r.out, "name: made")
}

// What is only printed needs no federation.
func TestFederatePrintsOnAnyCluster(t *testing.T) {
	w := newWorld(t)
	w.web()
	require.Contains(t, w.ok("federate", "svc", "web", "-n"+w.namespace, "-o", "yaml").out, "kind: FederatedService\n")
	require.Contains(t, w.ok("enable", "svc", "-o", "yaml").out, "name: federatedservices.types.kubefed.io\n")
	r := w.fedctl("federate", "svc", "web", "-n"+w.namespace)
	require.Equal(t, result{code: 1, err: "error: the host does not know the kind FederatedTypeConfig: is this the host of a federation? \"fedctl install\" makes it one\n"}, r)
}

func TestWhoMayNotFederateIsToldWhy(t *testing.T) {
	w := newFederation(t, nil)
	for _, args := range [][]string{{"enable", "secrets"}, {"disable", "configmaps"}, {"federate", "cm", "a"}, {"orphaning-deletion", "status", "cm", "a"}} {
		r := w.as(controlplane.User{Name: "guest"}, args...)
		require.Equal(t, 1, r.code)
		require.Contains(t, r.err, `User "guest" cannot`)
		require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
	}
}

func TestNamesAreCompleted(t *testing.T) {
	w := newFederation(t, nil, "services")
	w.web()
	require.Contains(t, w.ok("__complete", "enable", "dep").out, "deployments.apps\n")
	require.Equal(t, "configmaps\n:4\n", w.ok("__complete", "disable", "conf").out)
	require.Equal(t, "web\n:4\n", w.ok("__complete", "federate", "-n"+w.namespace, "svc", "w").out)
	require.Equal(t, "services\n:4\n", w.ok("__complete", "orphaning-deletion", "enable", "ser").out)
	require.Equal(t, ":4\n", run(t.Context(), "", "__complete", "--kubeconfig=/nowhere", "enable", "dep").out)
}

func TestFederateEnablesTheTypeWhenItIsAskedTo(t *testing.T) {
	w := newFederation(t, nil)
	w.web()
	n := "-n" + w.namespace
	require.Equal(t, result{code: 1, err: `error: type "svc" is not enabled: "fedctl enable services" does that, and so does --enable-type` + "\n"}, w.fedctl("federate", "svc", "web", n))
	r := w.ok("federate", "svc", "web", n, "-t")
	require.Equal(t, `customresourcedefinition.apiextensions.k8s.io/federatedservices.types.kubefed.io created
federatedtypeconfig.core.kubefed.io/services created in namespace kube-federation-system
`, r.out)
	require.Equal(t, []string{"web"}, w.federated("federatedservices"))
}

// What controllers and clusters make themselves is left to them.
func TestContentsAreWhatSomebodyDeclared(t *testing.T) {
	w := newFederation(t, nil)
	w.web()
	r := w.fedctl("federate", "namespace", w.namespace, "--contents")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "error: these types are not enabled: services. --enable-type does that, and -s leaves some out\n")

	golden(t, "federate/contents.yaml", strings.ReplaceAll(w.ok("federate", "ns", w.namespace, "-c", "-o", "yaml").out, w.namespace, "test-namespace"))
	r = w.ok("federate", "ns", w.namespace, "-c", "-s", "svc")
	require.Contains(t, r.err, "objects are left to each cluster")
	require.Equal(t, []string{w.namespace}, w.federated("federatednamespaces"))
	require.Equal(t, []string{"settings"}, w.federated("federatedconfigmaps"))

	r = w.ok("federate", "ns", w.namespace, "-ct")
	require.Contains(t, r.err, "2 objects were federated before, and stay as they are\n")
	require.Equal(t, []string{"web"}, w.federated("federatedservices"))
	all := w.ok("federate", "ns", w.namespace, "-c", "--include-owned", "-o", "yaml").out
	for _, kind := range []string{"FederatedLease", "name: made", "name: kube-root-ca.crt"} {
		require.Contains(t, all, kind)
	}
}

func TestFederateOfAFileAsksNoServer(t *testing.T) {
	const files = `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {replicas: 3}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader, uid: u}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`
	offline := func(args ...string) result {
		return run(t.Context(), files, append([]string{"--kubeconfig=/nowhere", "federate", "-f", "-"}, args...)...)
	}
	r := offline()
	require.Zero(t, r.code, r.err)
	require.Empty(t, r.err)
	golden(t, "federate/offline.yaml", r.out)
	require.Contains(t, offline("-o", "json", "-C", "berlin").out, `"name": "berlin"`)
	require.Contains(t, offline("--keep-api-version").out, "    apiVersion: apps/v1\n")
	require.Equal(t, "warning: --contents does not count beside -f\n", offline("--contents").err)
	r = run(t.Context(), "", "federate", "-f", "-")
	require.Equal(t, 1, r.code)
	require.Equal(t, 1, strings.Count(r.err, "\n"), r.err)
}

func TestWrongUsesOfFederateAreSaidInOneLine(t *testing.T) {
	w := newFederation(t, nil)
	n := "-n" + w.namespace
	for want, args := range map[string][]string{
		"which object? want TYPE NAME, such as deployment web, or -f":                                                 {},
		`"cm": want TYPE/NAME, such as deployment/web`:                                                                {"cm"},
		`-f says which objects are meant; leave out "cm"`:                                                             {"cm", "a", "-f", "x"},
		"--enable-type writes, and -o does not: leave one of the two out":                                             {"cm", "a", "-t", "-o", "yaml"},
		"-o name: want yaml or json":                                                                                  {"cm", "a", "-o", "name"},
		`the host has no ConfigMap "a" in namespace "` + w.namespace + `"`:                                            {"cm", "a", n},
		"--contents: a ConfigMap has none; it is for namespaces":                                                      {"cm", "a", "-c"},
		`--contents: what is in namespace "kube-system" is each cluster's own`:                                        {"ns", "kube-system", "-c"},
		`type "gadgets": the host serves no such resource; write its plural name and group, such as deployments.apps`: {"gadgets", "a"},
	} {
		require.Equal(t, result{code: 1, err: "error: " + want + "\n"}, w.fedctl(append([]string{"federate"}, args...)...))
	}
}

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation/setup"
)

// What one member exports is imported by the other, with the rights that joining
// with that flag grants, and beside Services that are federated.
func TestMembersShareServicesWhereThatIsAsked(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "services"))
	for _, server := range servers.Fresh(t, "m1", "m2") {
		m := member(server)
		m.ClusterSet = setup.Flat
		require.NoError(t, w.setup().Join(t.Context(), m))
		w.servers = append(w.servers, server)
	}
	args := []string{"--kubeconfig=" + w.kubeconfig, "--healthz-addr=127.0.0.1:0", "--metrics-addr=", "--clusterset=Flat"}
	p := startProcess(t, args...)
	p.isReady("leader")
	imports, exports := clusterset.Imports().GroupVersionResource(), clusterset.Imports().GroupVersionResource()
	exports.Resource = "serviceexports"
	paris, err := dynamic.NewForConfig(w.servers[0].Config())
	require.NoError(t, err)
	berlin, err := dynamic.NewForConfig(w.servers[1].Config())
	require.NoError(t, err)
	services := corev1.SchemeGroupVersion.WithResource("services")
	create := func(o map[string]any, in dynamic.NamespaceableResourceInterface) {
		require.Eventually(t, func() bool { // the namespace is on its way
			_, err := in.Namespace(w.namespace).Create(t.Context(), &unstructured.Unstructured{Object: o}, metav1.CreateOptions{})
			return err == nil
		}, soon, tick)
	}
	create(map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "web"},
		"spec": map[string]any{"ports": []any{map[string]any{"port": int64(80)}}}}, paris.Resource(services))
	create(map[string]any{"apiVersion": exports.GroupVersion().String(), "kind": "ServiceExport", "metadata": map[string]any{"name": "web"}}, paris.Resource(exports))
	require.Eventually(t, func() bool {
		o, err := berlin.Resource(imports).Namespace(w.namespace).Get(t.Context(), "web", metav1.GetOptions{})
		if err != nil {
			return false
		}
		ips, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "ips")
		return len(ips) == 1
	}, soon, tick, "berlin imports what paris exports, under an address of its own")
	w.apply("sample/dns/service.yaml", w.namespace, federatedTypes("federatedservices"))
	all := func(in dynamic.NamespaceableResourceInterface) string {
		list, err := in.Namespace(w.namespace).List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		names := ""
		for _, o := range list.Items {
			names += o.GetName() + " " + string(o.GetUID()) + "\n"
		}
		return names
	}
	require.Eventually(t, func() bool { return strings.Count(all(berlin.Resource(services)), "\n") == 2 }, soon, tick, "its own Service, and the derived one")
	before := all(berlin.Resource(services))
	require.Equal(t, 0, p.terminate())
	p = startProcess(t, args...)
	p.isReady("leader")
	w.declareConfigMap("later") // what comes after the restart is carried
	require.Never(t, func() bool { return all(berlin.Resource(services)) != before }, 5*time.Second, tick, "nobody takes another one's Services for strays")
	require.Equal(t, 0, p.terminate())
}

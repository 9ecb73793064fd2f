package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/examples/controller/setup"
)

// What one member exports is imported by the other, with the rights that joining
// with that flag grants.
func TestMembersShareServicesWhereThatIsAsked(t *testing.T) {
	w := newWorld(t)
	for _, server := range servers.Fresh(t, "m1", "m2") {
		m := member(server)
		m.ClusterSet = setup.Flat
		require.NoError(t, w.setup().Join(t.Context(), m))
		w.servers = append(w.servers, server)
	}
	p := startProcess(t, "--kubeconfig="+w.kubeconfig, "--healthz-addr=127.0.0.1:0", "--metrics-addr=", "--clusterset=Flat")
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
	require.Equal(t, 0, p.terminate())
}

package clusterset_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/dns/clusterset"
)

// everywhere are the members of a test.
var everywhere = []string{"m1", "m2", "m3"}

func TestAServiceIsImportedByEveryMemberWithItsNamespace(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.serve("m1", plainly, port("http", 80))
	w.endpoints("m1", "web-a", "10.1.0.1")
	w.export("m1")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	w.untilReady("m1")
	require.Equal(t, "True", string(w.condition("m1", "Valid").Status))
	require.Equal(t, "False", string(w.condition("m1", "Conflict").Status))

	i, s := w.imported("m2"), w.derived("m2")
	require.EqualValues(t, 1, i.Generation, "it came with its address")
	require.Equal(t, v1beta1.ClusterSetIP, i.Spec.Type)
	require.Equal(t, s.Spec.IPFamilies, i.Spec.IPFamilies)
	require.Equal(t, []v1beta1.ServicePort{imported("http", 80)}, i.Spec.Ports)
	require.Equal(t, v1beta1.EndpointSliceObjectsPresent, i.Status.EndpointSliceObjects)
	require.Equal(t, "Ready", i.Status.Conditions[0].Reason)
	old := clusterset.Imports()
	old.Version = "v1alpha1"
	var seen v1beta1.ServiceImport
	require.True(t, w.get("m2", old, "web", &seen), "DNS servers read the old version")
	require.Equal(t, i.Spec, seen.Spec)
	slices, err := w.client("m2").DiscoveryV1().EndpointSlices(w.namespace).List(t.Context(), metav1.ListOptions{
		LabelSelector: discoveryv1.LabelServiceName + "=" + s.Name,
	})
	require.NoError(t, err)
	require.Len(t, slices.Items, 1, "kube-proxy finds the endpoints of the derived Service")
	require.Equal(t, clusterset.SliceName("m1", "web-a"), slices.Items[0].Name)
	require.Equal(t, clusterset.ManagedBy, slices.Items[0].Labels[discoveryv1.LabelManagedBy])
}

func TestManyExportsAreOneServiceAndConflictsAreToldToAll(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.serve("m1", plainly, port("http", 80))
	w.serve("m2", plainly, port("http", 8080), port("admin", 81))
	w.endpoints("m1", "web-a", "10.1.0.1")
	w.endpoints("m2", "web-b", "10.2.0.1", "10.2.0.2")
	w.export("m1")
	w.export("m2")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.1"}, "m2": {"10.2.0.1", "10.2.0.2"}}, "m1", "m2")
	w.untilReady("m1", "m2")
	for _, name := range everywhere {
		require.Equal(t, []v1beta1.ServicePort{imported("http", 80), imported("admin", 81)}, w.imported(name).Spec.Ports)
	}
	for _, name := range []string{"m1", "m2"} {
		w.until(name+" is told", func() bool { return w.condition(name, "Conflict").Status == metav1.ConditionTrue })
		require.Equal(t, "PortConflict", w.condition(name, "Conflict").Reason)
		require.Equal(t, `port "http" is 80/TCP as in m1, whose export is older; 1 of 2 say otherwise: m2`, w.condition(name, "Conflict").Message)
	}
	address := w.imported("m3").Spec.IPs

	w.unexport("m1")
	w.untilImported(everywhere, map[string][]string{"m2": {"10.2.0.1", "10.2.0.2"}}, "m2")
	w.until("no conflict is left", func() bool { return w.condition("m2", "Conflict").Status == metav1.ConditionFalse })
	require.Equal(t, address, w.imported("m3").Spec.IPs, "the address stays")
	require.Equal(t, []v1beta1.ServicePort{imported("http", 8080), imported("admin", 81)}, w.imported("m1").Spec.Ports)

	w.unexport("m2")
	w.untilGone(everywhere...)
}

func TestEndpointsFollow(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.serve("m1", plainly, port("http", 80))
	w.export("m1")
	w.untilImported(everywhere, map[string][]string{}, "m1")
	w.endpoints("m1", "web-a", "10.1.0.1")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	w.endpoints("m1", "web-a", "10.1.0.2", "10.1.0.3")
	w.endpoints("m1", "web-b", "10.1.0.4")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.2", "10.1.0.3", "10.1.0.4"}}, "m1")
	require.NoError(t, w.client("m1").DiscoveryV1().EndpointSlices(w.namespace).Delete(t.Context(), "web-a", metav1.DeleteOptions{}))
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.4"}}, "m1")
}

func TestAServiceWithoutAddressHasNoDerivedService(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.serve("m1", headless, port("http", 80))
	w.endpoints("m1", "web-a", "10.1.0.1")
	w.export("m1")
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	w.untilReady("m1")
	require.Nil(t, w.derived("m2"))
	require.Equal(t, v1beta1.Headless, w.imported("m2").Spec.Type)

	require.NoError(t, w.client("m1").CoreV1().Services(w.namespace).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	w.serve("m1", plainly, port("http", 80))
	w.until("it has an address", func() bool { i := w.imported("m2"); return i != nil && len(i.Spec.IPs) > 0 })
	w.untilImported(everywhere, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
}

func TestAnExportWithoutAServiceSaysSo(t *testing.T) {
	w := newWorld(t, everywhere...)
	w.start()
	w.export("m1")
	w.until("it is not valid", func() bool { return w.condition("m1", "Valid").Reason == "NoService" })
	require.Equal(t, "Failed", w.condition("m1", "Ready").Reason)
	w.serve("m1", func(s *corev1.ServiceSpec) { s.Type, s.ExternalName = corev1.ServiceTypeExternalName, "example.com" })
	w.until("it cannot be valid", func() bool { return w.condition("m1", "Valid").Reason == "InvalidServiceType" })
	require.Nil(t, w.imported("m1"))
	require.NoError(t, w.client("m1").CoreV1().Services(w.namespace).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	w.serve("m1", plainly, port("http", 80))
	w.untilReady("m1")
	require.Equal(t, "Valid", w.condition("m1", "Valid").Reason)
}

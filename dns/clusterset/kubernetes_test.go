package clusterset_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// pod has a member have a pod of the service web that is ready at this address.
func (w *world) pod(name, pod, ip string) {
	w.Helper()
	pods := w.client(name).CoreV1().Pods(w.namespace)
	made, err := pods.Create(w.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: pod, Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{NodeName: w.namespace, Containers: []corev1.Container{{Name: "web", Image: "web"}}},
	}, metav1.CreateOptions{})
	require.NoError(w, err)
	made.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	_, err = pods.UpdateStatus(w.Context(), made, metav1.UpdateOptions{})
	require.NoError(w, err)
}

func TestKubernetesAndTheImportsLeaveEachOtherAlone(t *testing.T) {
	w := newWorld(t, "m1", "m2")
	for _, s := range w.servers {
		controlplanetest.Controllers(t, s, "serviceaccount-controller", "endpoints-controller", "endpointslice-controller",
			"endpointslice-mirroring-controller", "garbage-collector-controller", "namespace-controller")
	}
	w.until("there is an account for pods", func() bool {
		_, err := w.client("m1").CoreV1().ServiceAccounts(w.namespace).Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
	_, err := w.client("m1").CoreV1().Nodes().Create(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.start()
	local := func(s *corev1.ServiceSpec) {
		s.Selector = map[string]string{"app": "web"}
		within(corev1.ServiceInternalTrafficPolicyLocal)(s)
	}
	w.serve("m1", local, port("http", 80))
	w.serve("m2", local, port("http", 80))
	w.pod("m1", "web-0", "10.1.0.1")
	w.export("m1")
	w.untilImported([]string{"m1", "m2"}, map[string][]string{"m1": {"10.1.0.1"}}, "m1")
	require.Equal(t, map[string]string{"10.1.0.1": w.namespace}, w.nodes("m1"), "at home it is told on which node")
	require.Equal(t, map[string]string{"10.1.0.1": ""}, w.nodes("m2"))

	w.pod("m1", "web-1", "10.1.0.2")
	w.untilImported([]string{"m1", "m2"}, map[string][]string{"m1": {"10.1.0.1", "10.1.0.2"}}, "m1")
	_, err = w.client("m2").CoreV1().Endpoints(w.namespace).Get(t.Context(), clusterset.DerivedName("web"), metav1.GetOptions{})
	require.Error(t, err, "nobody makes endpoints of its own for the derived Service")
	mine, err := w.client("m2").DiscoveryV1().EndpointSlices(w.namespace).List(t.Context(), metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=web"})
	require.NoError(t, err)
	for _, s := range mine.Items {
		require.Empty(t, s.Endpoints, "the member's own service has its own endpoints, of which there are none")
	}
	require.NoError(t, w.client("m1").CoreV1().Pods(w.namespace).Delete(t.Context(), "web-0", *metav1.NewDeleteOptions(0)))
	w.untilImported([]string{"m1", "m2"}, map[string][]string{"m1": {"10.1.0.2"}}, "m1")
}

// nodes are the nodes of the endpoints that kube-proxy finds for the import.
func (w *world) nodes(name string) map[string]string {
	w.Helper()
	all, err := w.client(name).DiscoveryV1().EndpointSlices(w.namespace).List(w.Context(), metav1.ListOptions{
		LabelSelector: discoveryv1.LabelServiceName + "=" + clusterset.DerivedName("web"),
	})
	require.NoError(w, err)
	nodes := map[string]string{}
	for _, s := range all.Items {
		for _, e := range s.Endpoints {
			nodes[e.Addresses[0]] = ""
			if e.NodeName != nil {
				nodes[e.Addresses[0]] = *e.NodeName
			}
		}
	}
	return nodes
}

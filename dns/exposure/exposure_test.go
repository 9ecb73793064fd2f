package exposure_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/dns/exposure"
)

func TestClustersAreRequired(t *testing.T) {
	_, err := exposure.New(exposure.Options{})
	require.EqualError(t, err, "exposure: Options.Clusters is required")
}

// patch merges something into a Service.
func (w *world) patch(name, change string) {
	w.Helper()
	_, err := w.client.CoreV1().Services(w.namespace).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{})
	require.NoError(w, err)
}

func (w *world) remove(name string) {
	w.Helper()
	require.NoError(w, w.client.CoreV1().Services(w.namespace).Delete(context.Background(), name, metav1.DeleteOptions{}))
}

func TestAServiceHasTheAddressesOfItsLoadBalancer(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.follow(web)
	w.run()
	w.untilSeen(web, exposure.Exposure{})
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true})
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.2"}, corev1.LoadBalancerIngress{IP: "192.0.2.1"},
		corev1.LoadBalancerIngress{IP: "192.0.2.1"}, corev1.LoadBalancerIngress{Hostname: "lb.example.net"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.1", "192.0.2.2"}, Hostnames: []string{"lb.example.net"}})
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.3", Hostname: "b.example.net"}, corev1.LoadBalancerIngress{Hostname: "a.example.net"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.3"}, Hostnames: []string{"a.example.net", "b.example.net"}})
	w.remove("web")
	w.untilSeen(web, exposure.Exposure{})
}

// TestAServiceNeedsNoLoadBalancer to be found, and may get one, or lose it.
func TestAServiceNeedsNoLoadBalancer(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.follow(web)
	w.run()
	w.serve("web", corev1.ServiceTypeClusterIP)
	w.untilSeen(web, exposure.Exposure{Found: true})
	w.patch("web", `{"spec":{"type":"LoadBalancer"}}`)
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true})
	w.patch("web", `{"spec":{"type":"NodePort"}}`)
	w.untilSeen(web, exposure.Exposure{Found: true})
}

func TestAServiceThatIsAboutToGoSaysSo(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.1"})
	w.patch("web", `{"metadata":{"finalizers":["example.com/hold"]}}`)
	w.follow(web)
	w.run()
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.1"}})
	w.remove("web")
	w.untilSeen(web, exposure.Exposure{Found: true, Deleting: true, LoadBalancer: true, Addresses: []string{"192.0.2.1"}})
	w.patch("web", `{"metadata":{"finalizers":null}}`)
	w.untilSeen(web, exposure.Exposure{})
}

// TestWhatIsNotManagedIsNotFound, nor what is not managed any more.
func TestWhatIsNotManagedIsNotFound(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.follow(web)
	w.run()
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true})
	for _, label := range []string{`"false"`, `"true"`, `null`, `"true"`} {
		w.patch("web", `{"metadata":{"labels":{"kubefed.io/managed":`+label+`}}}`)
		is := label == `"true"`
		w.untilSeen(web, exposure.Exposure{Found: is, LoadBalancer: is})
	}
}

func TestAnIngressHasTheAddressesOfItsLoadBalancer(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := exposure.Subject{Kind: exposure.Ingress, Namespace: w.namespace, Name: "web"}
	w.follow(web)
	w.run()
	w.untilSeen(web, exposure.Exposure{})
	w.ingress("web", networkingv1.IngressLoadBalancerIngress{IP: "2001:db8::1"}, networkingv1.IngressLoadBalancerIngress{Hostname: "lb.example.net"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"2001:db8::1"}, Hostnames: []string{"lb.example.net"}})
	require.NoError(t, w.client.NetworkingV1().Ingresses(w.namespace).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	w.untilSeen(web, exposure.Exposure{})
}

// TestOneNamespaceIsEnough where no other is watched, and what is in another is not
// said to be absent.
func TestOneNamespaceIsEnough(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	w.anew(exposure.Options{Namespace: w.namespace})
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.follow(w.service("web"))
	w.run()
	w.untilSeen(w.service("web"), exposure.Exposure{Found: true, LoadBalancer: true})
	require.Equal(t, map[string]int{
		"/api/v1/namespaces/" + w.namespace + "/services":                         1,
		"/apis/discovery.k8s.io/v1/namespaces/" + w.namespace + "/endpointslices": 1,
	}, w.streams.paths())
	_, err := w.Look(cluster, exposure.Subject{Kind: exposure.Service, Namespace: "default", Name: "kubernetes"})
	require.EqualError(t, err, `Service default/kubernetes: only namespace "`+w.namespace+`" is watched`)
}

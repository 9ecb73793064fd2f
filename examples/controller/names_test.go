package main

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/federation/setup"
)

// The names of the sample are published by a controller that is no administrator,
// neither of the host nor of the members, and withdrawn before the copies go when a
// member is drained.
func TestTheNamesOfTheSampleArePublished(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.setup().Enable(t.Context(), "services", "ingresses.networking.k8s.io"))
	for _, server := range servers.Shared(t, "member1", "member2") {
		w.join(server)
	}
	p := w.start(quick)
	p.isReady("leader")
	w.apply("sample/dns/domain.yaml", corev1beta1.DefaultNamespace, v1alpha1.Domains())
	w.apply("sample/dns/service.yaml", w.namespace, federatedTypes("federatedservices"), v1alpha1.ServiceDNSRecords())
	for i, address := range []string{"192.0.2.1", "192.0.2.2"} {
		w.exposed(w.members[i], "web", address)
	}
	w.apply("sample/dns/ingress.yaml", w.namespace, federatedTypes("federatedingresses"), v1alpha1.IngressDNSRecords())
	w.ingress(w.members[0], "web", "192.0.2.11")
	w.hasTargets("ingress-web", "*.apps.example.com", "192.0.2.11")
	name := "web." + w.namespace + ".prod.svc.example.com"
	w.hasTargets("service-web", name, "192.0.2.1", "192.0.2.2")
	w.hasTargets("service-web", "shop.example.com", name)

	drain := corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute}
	require.NoError(t, w.setup().Taint(t.Context(), "member2", setup.TaintChange{Add: []corev1.Taint{drain}}))
	w.hasTargets("service-web", name, "192.0.2.1")
	_, err := w.members[1].CoreV1().Services(w.namespace).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err, "its copy stays until clients have forgotten its address")
	require.Equal(t, 0, p.terminate())
}

// apply creates the objects of a file, in a namespace; of each it is said where it
// is served.
func (w *world) apply(path, namespace string, at ...schema.GroupVersionResource) {
	w.t.Helper()
	content, err := os.Open(path)
	require.NoError(w.t, err)
	defer content.Close()
	decoder := yaml.NewYAMLOrJSONDecoder(content, 4096)
	for _, served := range at {
		object := &unstructured.Unstructured{}
		require.NoError(w.t, decoder.Decode(object))
		object.SetNamespace(namespace)
		_, err := w.client.Resource(served).Namespace(namespace).Create(context.Background(), object, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
		require.NoError(w.t, err)
	}
}

// exposed has the copy of a Service in a member have an address, and a pod behind
// it, as Kubernetes and its cloud would.
func (w *world) exposed(member kubernetes.Interface, name, address string) {
	w.t.Helper()
	services := member.CoreV1().Services(w.namespace)
	require.Eventually(w.t, func() bool {
		s, err := services.Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return false
		}
		s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
		_, err = services.UpdateStatus(context.Background(), s, metav1.UpdateOptions{})
		return err == nil
	}, soon, tick, "Service %s is there", name)
	_, err := member.DiscoveryV1().EndpointSlices(w.namespace).Create(context.Background(), &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: name, "kubefed.io/managed": "true"}},
		AddressType: discoveryv1.AddressTypeIPv4, Endpoints: []discoveryv1.Endpoint{{Addresses: []string{"10.0.0.1"}}},
	}, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

// ingress has the copy of an Ingress in a member have an address, as its controller
// would.
func (w *world) ingress(member kubernetes.Interface, name, address string) {
	w.t.Helper()
	ingresses := member.NetworkingV1().Ingresses(w.namespace)
	require.Eventually(w.t, func() bool {
		o, err := ingresses.Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return false
		}
		o.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: address}}
		_, err = ingresses.UpdateStatus(context.Background(), o, metav1.UpdateOptions{})
		return err == nil
	}, soon, tick, "Ingress %s is there", name)
}

// hasTargets waits until a DNSEndpoint leads a name there.
func (w *world) hasTargets(endpoint, name string, targets ...string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		object, err := w.client.Resource(externaldnsv1alpha1.DNSEndpoints()).Namespace(w.namespace).Get(context.Background(), endpoint, metav1.GetOptions{})
		if err != nil {
			return false
		}
		all, _, _ := unstructured.NestedSlice(object.Object, "spec", "endpoints")
		for _, one := range all {
			fields := one.(map[string]any)
			if got, _, _ := unstructured.NestedStringSlice(fields, "targets"); fields["dnsName"] == name {
				return slices.Equal(targets, got)
			}
		}
		return false
	}, soon, tick, "%s leads to %v", name, targets)
}

package exposure_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/crdtest"
)

func TestClustersAreRequired(t *testing.T) {
	_, err := exposure.New(exposure.Options{})
	require.EqualError(t, err, "exposure: Options.Clusters is required")
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
	require.NoError(t, w.client.CoreV1().Services(w.namespace).Delete(t.Context(), "web", metav1.DeleteOptions{}))
	w.untilSeen(web, exposure.Exposure{})

	w.serve("inner", corev1.ServiceTypeClusterIP)
	w.follow(w.service("inner"))
	w.untilSeen(w.service("inner"), exposure.Exposure{Found: true})
}

func TestAnIngressHasTheAddressesOfItsLoadBalancer(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := exposure.Subject{Kind: exposure.Ingress, Namespace: w.namespace, Name: "web"}
	w.follow(web)
	w.run()
	w.ingress("web", networkingv1.IngressLoadBalancerIngress{IP: "2001:db8::1"}, networkingv1.IngressLoadBalancerIngress{Hostname: "lb.example.net"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"2001:db8::1"}, Hostnames: []string{"lb.example.net"}})
}

func TestEndpointsCountThatAreReady(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.follow(web)
	w.run()
	yes, no := true, false
	for _, step := range []struct {
		what  string
		slice string
		of    discoveryv1.AddressType
		has   []discoveryv1.Endpoint
		want  int
	}{
		{"nobody says that it is not ready", "a", discoveryv1.AddressTypeIPv4, []discoveryv1.Endpoint{pod(discoveryv1.EndpointConditions{}, "10.0.0.1")}, 1},
		{"one that is not", "a", discoveryv1.AddressTypeIPv4, []discoveryv1.Endpoint{pod(discoveryv1.EndpointConditions{Ready: &no}, "10.0.0.1")}, 0},
		{"one that is", "a", discoveryv1.AddressTypeIPv4, []discoveryv1.Endpoint{pod(discoveryv1.EndpointConditions{Ready: &yes}, "10.0.0.1"), pod(discoveryv1.EndpointConditions{Ready: &no}, "10.0.0.2")}, 1},
		{"the same one in a second slice", "b", discoveryv1.AddressTypeIPv4, []discoveryv1.Endpoint{pod(discoveryv1.EndpointConditions{Ready: &yes}, "10.0.0.1")}, 1},
		{"its other address", "c", discoveryv1.AddressTypeIPv6, []discoveryv1.Endpoint{pod(discoveryv1.EndpointConditions{Ready: &yes}, "fd00::1")}, 2},
		{"one that goes", "c", discoveryv1.AddressTypeIPv6, []discoveryv1.Endpoint{pod(discoveryv1.EndpointConditions{Ready: &yes, Terminating: &yes}, "fd00::1")}, 1},
		{"the first slice is empty", "a", discoveryv1.AddressTypeIPv4, nil, 1},
		{"so is the second", "b", discoveryv1.AddressTypeIPv4, nil, 0},
	} {
		w.back(step.slice, "web", step.of, step.has...)
		w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, ReadyEndpoints: step.want})
		t.Log(step.what)
	}
	w.back("a", "web", discoveryv1.AddressTypeIPv4, pod(discoveryv1.EndpointConditions{}, "10.0.0.1"))
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, ReadyEndpoints: 1})
	w.back("a", "other", discoveryv1.AddressTypeIPv4, pod(discoveryv1.EndpointConditions{}, "10.0.0.1"))
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true})
}

func TestAChangeIsToldOnceAndOnlyOfWhatIsFollowed(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web, other := w.service("web"), w.service("other")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.serve("other", corev1.ServiceTypeLoadBalancer)
	w.follow(web)
	w.run()
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true})
	w.sent()
	listed := w.times(web)
	require.Positive(t, listed)
	w.balance("other", corev1.LoadBalancerIngress{IP: "192.0.2.9"})
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.1"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.1"}})
	s, err := w.client.CoreV1().Services(w.namespace).Get(t.Context(), "web", metav1.GetOptions{})
	require.NoError(t, err)
	s.Annotations = map[string]string{"says": "nothing"}
	_, err = w.client.CoreV1().Services(w.namespace).Update(t.Context(), s, metav1.UpdateOptions{})
	require.NoError(t, err)
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.2"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.2"}})
	require.Equal(t, listed+2, w.times(web))
	require.Zero(t, w.times(other))
}

func TestOneWatchOfEachKindIsEnoughForAll(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	w.run()
	require.Zero(t, w.sent(), "nobody follows anything")
	for i := range 100 {
		w.follow(w.service(fmt.Sprintf("web-%d", i)))
	}
	w.untilSeen(w.service("web-99"), exposure.Exposure{})
	sent := w.sent()
	require.Equal(t, 2, sent, "%s", w.counter.Requests())
	w.follow(w.service("web-1"))
	w.follow(w.service("another"))
	require.Equal(t, sent, w.sent(), "one more costs nothing")
	for i := range 100 {
		w.Release(fmt.Sprintf("web-%d", i))
	}
	w.Release("another")
	w.until("forgotten", func() bool {
		_, err := w.Look(cluster, w.service("web-1"))
		return err != nil && err.Error() == fmt.Sprintf("Service %s/web-1 of cluster member1 is not followed", w.namespace)
	})
}

func TestAMemberThatDoesNotAnswerIsKnownAsItWas(t *testing.T) {
	server := servers.Fresh(t, "member1")[0]
	w := newWorld(t, server)
	web := w.service("web")
	w.serve("web", corev1.ServiceTypeLoadBalancer)
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.1"})
	w.follow(web)
	w.run()
	seen := exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.1"}}
	w.untilSeen(web, seen)
	server.Kill()
	w.sent()
	w.untilSeen(web, seen)
	nowhere := server.Config()
	nowhere.Host = "https://127.0.0.1:1"
	for i := range 3 {
		w.use(fmt.Sprintf("elsewhere %d", i), nowhere)
		w.sent()
		w.untilSeen(web, seen)
	}

	require.NoError(t, server.Restart(t.Context()))
	w.use("here", server.Config())
	w.balance("web", corev1.LoadBalancerIngress{IP: "192.0.2.2"})
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.2"}})
}

func TestWhatCannotBeSeenIsSaid(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	_, err := w.Look("nobody", web)
	require.EqualError(t, err, "cluster nobody is none whose services can be watched from here")
	user := "reader-of-" + w.namespace
	config, err := w.server.ConfigFor(controlplane.User{Name: user})
	require.NoError(t, err)
	w.use("", config)
	w.follow(web)
	_, err = w.Look(cluster, web)
	require.ErrorIs(t, err, exposure.ErrNotSeen)
	w.run()
	w.until("refused", func() bool {
		_, err := w.Look(cluster, web)
		return err != nil && err.Error() == "the credentials for cluster member1 may not list and watch services in all namespaces; grant it there"
	})
	_, err = w.Look(cluster, web)
	require.NotErrorIs(t, err, exposure.ErrNotSeen)
	w.grant(user)
	w.untilSeen(web, exposure.Exposure{})
}

// grant has somebody read Services and EndpointSlices.
func (w *world) grant(user string) {
	w.Helper()
	meta := metav1.ObjectMeta{Name: user}
	_, err := w.client.RbacV1().ClusterRoles().Create(w.Context(), &rbacv1.ClusterRole{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{
		{APIGroups: []string{"", "discovery.k8s.io"}, Resources: []string{"services", "endpointslices"}, Verbs: []string{"list", "watch"}},
	}}, metav1.CreateOptions{})
	require.NoError(w, err)
	_, err = w.client.RbacV1().ClusterRoleBindings().Create(w.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: meta,
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
	}, metav1.CreateOptions{})
	require.NoError(w, err)
}

// gateways is as much of their definition as is needed.
func gateways() *apiextensionsv1.CustomResourceDefinition {
	keep := true
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "gateways.gateway.networking.k8s.io", Annotations: map[string]string{"api-approved.kubernetes.io": "unapproved, for a test"}},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "gateway.networking.k8s.io", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "gateways", Singular: "gateway", Kind: "Gateway", ListKind: "GatewayList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}}}},
		},
	}
}

func TestAKindThatComesLaterIsNoticed(t *testing.T) {
	w := newWorld(t, servers.Fresh(t, "member1")[0])
	web := exposure.Subject{Kind: exposure.Gateway, Namespace: w.namespace, Name: "web"}
	w.follow(web)
	w.run()
	w.until("said", func() bool {
		_, err := w.Look(cluster, web)
		return err != nil && !errors.Is(err, exposure.ErrNotSeen)
	})
	_, err := w.Look(cluster, web)
	require.ErrorContains(t, err, "cluster member1 does not know the kind of gateways in all namespaces: install its definition there")
	crdtest.Install(t, w.server.Config(), gateways())
	client, err := dynamic.NewForConfig(w.server.Config())
	require.NoError(t, err)
	_, err = client.Resource(schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}).Namespace(w.namespace).
		Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
			"metadata": map[string]any{"name": "web", "labels": map[string]any{"kubefed.io/managed": "true"}},
			"status": map[string]any{"addresses": []any{
				map[string]any{"type": "IPAddress", "value": "192.0.2.1"}, map[string]any{"value": "192.0.2.2"},
				map[string]any{"type": "Hostname", "value": "gw.example.net"}, map[string]any{"type": "example.com/own", "value": "x"},
			}},
		}}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.untilSeen(web, exposure.Exposure{Found: true, LoadBalancer: true, Addresses: []string{"192.0.2.1", "192.0.2.2"}, Hostnames: []string{"gw.example.net"}})
}

func TestAClusterThatJoinsLaterIsWatchedThen(t *testing.T) {
	w := newWorld(t, servers.Shared(t, "member1")[0])
	web := w.service("web")
	w.Remove(cluster)
	w.follow(web)
	w.run()
	w.until("said", func() bool {
		_, err := w.Look(cluster, web)
		return err != nil && err.Error() == "cluster member1 is none whose services can be watched from here"
	})
	w.Put(federation.Cluster{Name: cluster, Ready: true})
	w.untilSeen(web, exposure.Exposure{})
}

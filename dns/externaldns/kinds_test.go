package externaldns_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/crdtest"
)

func TestTheHostsOfAnIngressHaveAllAddresses(t *testing.T) {
	w := federate(t, 2, ingresses)
	w.begin()
	w.Create(ingresses, "web", fields{
		"template":  fields{"spec": fields{"defaultBackend": fields{"service": fields{"name": "web", "port": fields{"number": int64(80)}}}}},
		"placement": fields{"clusterSelector": fields{}},
	})
	w.record(v1alpha1.IngressDNSRecords(), "IngressDNSRecord", "web", fields{"hosts": []any{"shop.example.com", "*.shop.example.com"}})
	for i, in := range []fields{{"ip": "192.0.2.1"}, {"ip": "2001:db8::2"}} {
		w.patchStatus(i, ingresses, "web", fields{"loadBalancer": fields{"ingress": []any{in}}})
	}
	w.untilPublished("ingress-web", map[string]string{
		"shop.example.com A": "[192.0.2.1]", "shop.example.com AAAA": "[2001:db8::2]",
		"*.shop.example.com A": "[192.0.2.1]", "*.shop.example.com AAAA": "[2001:db8::2]",
	})
	w.untilToldOf(v1alpha1.IngressDNSRecords(), "web", v1alpha1.Complete, v1alpha1.AllServed)
}

var gateways = federation.Type{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway", Resource: "gateways", Scope: federation.NamespaceScoped}

// gatewayDefinition is as much of the definition of Gateways as is needed.
func gatewayDefinition() *apiextensionsv1.CustomResourceDefinition {
	keep := true
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "gateways.gateway.networking.k8s.io", Annotations: map[string]string{"api-approved.kubernetes.io": "unapproved, for a test"}},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: gateways.Group, Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "gateways", Singular: "gateway", Kind: "Gateway", ListKind: "GatewayList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true, Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}},
			}},
		},
	}
}

func TestTheHostsOfAGatewayHaveItsAddresses(t *testing.T) {
	w := federate(t, 2, gateways)
	for _, s := range w.Servers {
		crdtest.Install(t, s.Config(), gatewayDefinition())
	}
	w.begin()
	w.Create(gateways, "web", fields{
		"template":  fields{"spec": fields{"gatewayClassName": "any"}},
		"placement": fields{"clusterSelector": fields{}},
	})
	w.record(v1alpha1.GatewayDNSRecords(), "GatewayDNSRecord", "web", fields{"hosts": []any{"shop.example.com"}, "domainRef": "prod"})
	w.patchStatus(0, gateways, "web", fields{"addresses": []any{fields{"type": "IPAddress", "value": "192.0.2.1"}}})
	w.patchStatus(1, gateways, "web", fields{"addresses": []any{fields{"value": "192.0.2.2"}}})
	w.untilPublished("gateway-web", map[string]string{"shop.example.com A": "[192.0.2.1 192.0.2.2]"})
}

func TestOldDNSEndpointsAreWrittenWhereThatIsAsked(t *testing.T) {
	w := federate(t, 1, services)
	w.DNS.Endpoints = v1alpha1.DNSEndpoints()
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.expose(0, "web", "192.0.2.1")
	w.untilTold("web", v1alpha1.Ready, v1alpha1.Published)
	_, err := w.records(v1alpha1.DNSEndpoints()).Get(context.Background(), "service-web", metav1.GetOptions{})
	require.NoError(t, err)
	require.Nil(t, w.endpoint("service-web"))
}

func TestRoutesAreWrittenWhereTheProviderHasThem(t *testing.T) {
	w := federate(t, 2, services)
	w.begin()
	w.serve("web")
	w.expose(0, "web", "192.0.2.1")
	w.expose(1, "web", "192.0.2.2")
	w.name("web", fields{"routing": fields{"policy": "Weighted", "clusters": []any{fields{"name": "member1", "weight": int64(3)}}}})
	s := w.untilTold("web", v1alpha1.Complete, v1alpha1.SomethingLacked)
	require.Contains(t, message(s, v1alpha1.Complete), "NotRouted")
	_, err := w.Client.Resource(v1alpha1.Domains()).Namespace(w.System).Patch(context.Background(), "prod", "application/merge-patch+json",
		[]byte(`{"provider":{"weight":"aws/weight"}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)
	weights := map[string]string{}
	for _, e := range w.endpoint("service-web").Spec.Endpoints {
		if e.DNSName == "web."+w.Namespace+".prod.svc.example.com" {
			weights[e.SetIdentifier] = e.ProviderSpecific[0].Value
		}
	}
	require.Equal(t, map[string]string{"member1": "3", "member2": "1"}, weights)
}

func TestAddressesLeaveADrainedClusterBeforeItsCopiesDo(t *testing.T) {
	w := federate(t, 3, services)
	w.DNS.PublishTime = time.Second
	w.serve("web")
	w.name("web", fields{"recordTTL": int64(3)})
	w.gracefully()
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	drained := time.Now()
	w.set("member3", func(c *federation.Cluster) {
		c.Taints = []corev1.Taint{{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute, TimeAdded: &metav1.Time{Time: drained}}}
	})
	w.untilPublished("service-web", w.withoutThird())
	require.NotNil(t, w.Copy(w.Servers[2], services, "web"), "its copy is there still")
	w.Until("copy gone", func() bool { return w.Copy(w.Servers[2], services, "web") == nil })
	require.Greater(t, time.Since(drained), 3*time.Second, "TTL and the time to publish have passed")
	w.Quiet()
	require.Equal(t, w.withoutThird(), w.published("service-web"), "its names lead on")
	w.balance(0, "web", fields{"ip": "192.0.2.11"})
	w.Until("others change meanwhile", func() bool {
		return w.published("service-web")["web."+w.Namespace+".prod.svc.us.example.com A"] == "[192.0.2.11 192.0.2.2]"
	})
	w.balance(0, "web", fields{"ip": "192.0.2.1"})
	w.set("member3", func(c *federation.Cluster) { c.Taints = nil })
	w.expose(2, "web", "192.0.2.3")
	w.untilPublished("service-web", w.all())
}

func TestWhatATaintLetsStayForAWhileKeepsItsClientsMeanwhile(t *testing.T) {
	w := federate(t, 3, services)
	w.DNS.PublishTime = time.Second
	w.serve("web")
	w.Patch(services, "web", `{"spec":{"placement":{"tolerations":[{"key":"work","operator":"Exists","effect":"NoExecute","tolerationSeconds":9}]}}}`)
	w.name("web", fields{"recordTTL": int64(2)})
	w.begin()
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	tainted := time.Now()
	w.set("member3", func(c *federation.Cluster) {
		c.Taints = []corev1.Taint{{Key: "work", Effect: corev1.TaintEffectNoExecute, TimeAdded: &metav1.Time{Time: tainted}}}
	})
	w.untilPublished("service-web", w.withoutThird())
	require.Greater(t, time.Since(tainted), 5*time.Second)
	require.NotNil(t, w.Copy(w.Servers[2], services, "web"), "it is there still")
	w.Until("copy gone", func() bool { return w.Copy(w.Servers[2], services, "web") == nil })
}

package externaldns_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

func TestWhatIsWrongIsSaidWithItsMend(t *testing.T) {
	w := federate(t, 1, services)
	w.domain("bad", "exa_mple.com")
	w.begin()
	w.serve("web")
	w.expose(0, "web", "192.0.2.1")
	for name, c := range map[string]struct {
		spec    fields
		reason  string
		message []string
	}{
		"a Domain that is not there": {fields{"domainRef": "none"}, v1alpha1.DomainNotFound,
			[]string{`spec.domainRef: namespace ` + w.System + ` has no Domain "none"`, "take one of bad; prod"}},
		"a Domain that is wrong":  {fields{"domainRef": "bad"}, v1alpha1.InvalidDomain, []string{"Domain bad", "domain:"}},
		"a prefix that is wrong":  {fields{"dnsPrefix": "sh_op"}, v1alpha1.InvalidRecord, []string{"spec.dnsPrefix:"}},
		"a name that is too long": {fields{"externalName": strings.Repeat("a", 64)}, v1alpha1.InvalidRecord, []string{"spec.externalName:"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.name("web", c.spec)
			s := w.untilTold("web", v1alpha1.Ready, c.reason)
			for _, part := range c.message {
				require.Contains(t, message(s, v1alpha1.Ready), part)
			}
			w.Until("event", func() bool { return strings.Contains(strings.Join(w.Events("web"), "\n"), c.reason+": ") })
			require.NoError(t, w.records(v1alpha1.ServiceDNSRecords()).Delete(context.Background(), "web", metav1.DeleteOptions{}))
		})
	}
	t.Run("a negative TTL is refused", func(t *testing.T) {
		_, err := w.records(v1alpha1.ServiceDNSRecords()).Create(context.Background(), &unstructured.Unstructured{Object: fields{
			"apiVersion": v1alpha1.GroupVersion().String(), "kind": "ServiceDNSRecord", "metadata": fields{"name": "web"},
			"spec": fields{"domainRef": "prod", "recordTTL": int64(-1)},
		}}, metav1.CreateOptions{})
		require.True(t, apierrors.IsInvalid(err))
		require.ErrorContains(t, err, "spec.recordTTL")
	})
	t.Run("no such Service", func(t *testing.T) {
		w.name("none", nil)
		s := w.untilTold("none", v1alpha1.Ready, v1alpha1.NotFederated)
		require.Contains(t, message(s, v1alpha1.Ready), "create it, or delete this record")
	})
}

func TestWhatIsWrongInAClusterIsSaidWithItsMend(t *testing.T) {
	w := federate(t, 1, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.Until("told", func() bool {
		s, _ := w.status(v1alpha1.ServiceDNSRecords(), "web")
		return states(s)["member1"] == "NoAddress" && strings.Contains(message(s, v1alpha1.Ready), "member1: NoAddress: its load balancer has no address: wait for one")
	})
	w.untilTold("web", v1alpha1.Ready, v1alpha1.NobodyServes)
	require.Nil(t, w.endpoint("service-web"), "there is no empty one")
	w.Patch(services, "web", `{"spec":{"template":{"spec":{"type":"ClusterIP"}}}}`)
	w.Until("told", func() bool {
		s, _ := w.status(v1alpha1.ServiceDNSRecords(), "web")
		return states(s)["member1"] == "NoLoadBalancer" && strings.Contains(message(s, v1alpha1.Ready), "no Service of type LoadBalancer")
	})
}

func TestWhatIsWrongIsSaidHoweverMuchItIs(t *testing.T) {
	w := federate(t, 1, ingresses)
	w.begin()
	var hosts []any
	for i := range 256 {
		hosts = append(hosts, fmt.Sprintf("%s-%d.example.com", strings.Repeat("ä", 200), i))
	}
	w.record(v1alpha1.IngressDNSRecords(), "IngressDNSRecord", "web", fields{"hosts": hosts})
	s := w.untilToldOf(v1alpha1.IngressDNSRecords(), "web", v1alpha1.Ready, v1alpha1.InvalidRecord)
	said := message(s, v1alpha1.Ready)
	require.Contains(t, said, "spec.hosts:")
	require.LessOrEqual(t, len(said), 2048)
	require.True(t, utf8.ValidString(said))
}

func TestOneClusterCannotMakeTheRecordsTooLarge(t *testing.T) {
	w := federate(t, 2, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	var many []any
	for i := range 1000 {
		many = append(many, fields{"ip": fmt.Sprintf("198.51.%d.%d", i/250, i%250+1)})
	}
	w.expose(0, "web", "192.0.2.1")
	w.balance(1, "web", many...)
	w.back(1, "web", true)
	s := w.untilTold("web", v1alpha1.Complete, v1alpha1.SomethingLacked)
	w.Until("told", func() bool {
		s, _ = w.status(v1alpha1.ServiceDNSRecords(), "web")
		return strings.Contains(message(s, v1alpha1.Complete), "member2: Serving: its load balancer has 1000 addresses or hostnames: the first 64 are published")
	})
	require.Len(t, s.DNS[1].LoadBalancer.Ingress, 64)
	w.Until("published", func() bool {
		for _, e := range w.endpoint("service-web").Spec.Endpoints {
			if e.DNSName == "web."+w.Namespace+".prod.svc.example.com" {
				return len(e.Targets) == 65
			}
		}
		return false
	})
}

func TestAWrongChangeLeavesWhatIsPublished(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.change("web", `{"spec":{"domainRef":"none"}}`)
	s := w.untilTold("web", v1alpha1.Ready, v1alpha1.DomainNotFound)
	require.Contains(t, message(s, v1alpha1.Ready), "what is published stays as it is")
	require.Equal(t, w.all(), w.published("service-web"))
}

func TestNamesStayWhenTheTypeIsFederatedNoMore(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	require.NoError(t, w.Client.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(w.System).
		Delete(context.Background(), services.String(), metav1.DeleteOptions{}))
	s := w.untilTold("web", v1alpha1.Ready, v1alpha1.NotFederated)
	require.Contains(t, message(s, v1alpha1.Ready), "enable the type services; what is published stays as it is")
	require.Equal(t, w.all(), w.published("service-web"), "as the copies do")
}

func TestOfTwoRecordsForANameTheOlderKeepsIt(t *testing.T) {
	w := federate(t, 1, services)
	w.begin()
	w.serve("old")
	w.serve("new")
	w.expose(0, "old", "192.0.2.1")
	w.expose(0, "new", "192.0.2.2")
	w.name("old", fields{"dnsPrefix": "shop"})
	w.untilTold("old", v1alpha1.Ready, v1alpha1.Published)
	time.Sleep(1100 * time.Millisecond) // ages are whole seconds
	w.name("new", fields{"dnsPrefix": "shop"})
	s := w.untilTold("new", v1alpha1.Ready, v1alpha1.NameTaken)
	require.Contains(t, message(s, v1alpha1.Ready), "shop.example.com (ServiceDNSRecord "+w.Namespace+"/old)")
	names := w.published("service-new")
	require.NotContains(t, names, "shop.example.com CNAME")
	require.Len(t, names, 3, "it has its other names")

	require.NoError(t, w.records(v1alpha1.ServiceDNSRecords()).Delete(context.Background(), "old", metav1.DeleteOptions{}))
	w.untilTold("new", v1alpha1.Ready, v1alpha1.Published)
	require.Contains(t, w.published("service-new"), "shop.example.com CNAME")
}

func TestANameIsNotGivenAwayWhileItIsPublished(t *testing.T) {
	w := federate(t, 1, services)
	old := &mute{path: "/dnsendpoints/service-old"}
	w.Meddle = old.wrap
	w.begin()
	w.serve("old")
	w.serve("new")
	w.expose(0, "old", "192.0.2.1")
	w.expose(0, "new", "192.0.2.2")
	w.name("old", fields{"dnsPrefix": "shop"})
	w.untilTold("old", v1alpha1.Ready, v1alpha1.Published)
	time.Sleep(1100 * time.Millisecond) // ages are whole seconds
	w.name("new", fields{"dnsPrefix": "shop"})
	w.untilTold("new", v1alpha1.Ready, v1alpha1.NameTaken)

	old.on.Store(true)
	w.change("old", `{"spec":{"dnsPrefix":"market"}}`)
	w.During(3 * time.Second)
	require.NotContains(t, w.published("service-new"), "shop.example.com CNAME")
	old.on.Store(false)
	w.untilTold("new", v1alpha1.Ready, v1alpha1.Published)
	require.Contains(t, w.published("service-new"), "shop.example.com CNAME")
	require.Contains(t, w.published("service-old"), "market.example.com CNAME")
}

func TestADNSEndpointOfSomebodyElseIsLeftAlone(t *testing.T) {
	w := federate(t, 1, services)
	_, err := w.records(externaldnsv1alpha1.DNSEndpoints()).Create(context.Background(), &unstructured.Unstructured{Object: fields{
		"apiVersion": externaldnsv1alpha1.GroupVersion().String(), "kind": "DNSEndpoint", "metadata": fields{"name": "service-web"},
		"spec": fields{"endpoints": []any{fields{"dnsName": "theirs.example.com", "recordType": "A", "targets": []any{"198.51.100.1"}}}},
	}}, metav1.CreateOptions{})
	require.NoError(t, err)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.expose(0, "web", "192.0.2.1")
	s := w.untilTold("web", v1alpha1.Ready, v1alpha1.NotWritten)
	require.Contains(t, message(s, v1alpha1.Ready), "is somebody else's: delete it, or rename it")
	require.Equal(t, map[string]string{"theirs.example.com A": "[198.51.100.1]"}, w.published("service-web"))
}

// resolver knows some names.
type resolver map[string][]netip.Addr

func (r resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if found := r[host]; len(found) > 0 {
		return found, nil
	}
	return nil, &notThere{host}
}

type notThere struct{ host string }

func (n *notThere) Error() string { return "no such host: " + n.host }

func TestHostnamesAreFollowedOrResolved(t *testing.T) {
	w := federate(t, 3, services)
	w.DNS.Resolver = resolver{"lb1.cloud.example": {netip.MustParseAddr("203.0.113.1")}}
	w.begin()
	w.serve("web")
	w.name("web", nil)
	for i, host := range []string{"lb1.cloud.example", "lb2.cloud.example", "lb3.cloud.example"} {
		w.balance(i, "web", fields{"hostname": host})
		w.back(i, "web", true)
	}
	common := "web." + w.Namespace + ".prod.svc."
	w.untilPublished("service-web", map[string]string{
		common + "example.com A":             "[203.0.113.1]",
		common + "eu.example.com A":          "[203.0.113.1]",
		common + "us.example.com CNAME":      "[lb3.cloud.example]",
		common + "eu-a.eu.example.com CNAME": "[lb1.cloud.example]",
		common + "eu-b.eu.example.com CNAME": "[lb2.cloud.example]",
		common + "us-a.us.example.com CNAME": "[lb3.cloud.example]",
	})
	s := w.untilTold("web", v1alpha1.Complete, v1alpha1.SomethingLacked)
	require.Contains(t, message(s, v1alpha1.Complete), "Unresolved")
	require.Contains(t, message(s, v1alpha1.Complete), "lb2.cloud.example")
}

// silent is a resolver that does not answer.
type silent struct{}

func (silent) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, &notThere{host}
}

func TestNobodyWaitsLongForAResolverThatDoesNotAnswer(t *testing.T) {
	w := federate(t, 3, services)
	w.DNS.Resolver = silent{}
	w.begin()
	w.serve("web")
	w.name("web", fields{"hostnames": "Resolve"})
	for i, address := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
		ingress := []any{fields{"ip": address}}
		for n := range 8 {
			ingress = append(ingress, fields{"hostname": fmt.Sprintf("lb%d.cloud%d.example", n, i)})
		}
		w.balance(i, "web", ingress...)
		w.back(i, "web", true)
	}
	asked := time.Now()
	w.untilPublished("service-web", w.all())
	require.Less(t, time.Since(asked), 15*time.Second, "six rounds of five seconds would be more")
}

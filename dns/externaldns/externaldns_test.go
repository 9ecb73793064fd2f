package externaldns_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// all are the names of the Service web in three clusters that serve.
func (w *world) all() map[string]string {
	common := "web." + w.Namespace + ".prod.svc."
	return map[string]string{
		common + "example.com A":         "[192.0.2.1 192.0.2.2 192.0.2.3]",
		common + "eu.example.com A":      "[192.0.2.1 192.0.2.2]",
		common + "us.example.com A":      "[192.0.2.3]",
		common + "eu-a.eu.example.com A": "[192.0.2.1]",
		common + "eu-b.eu.example.com A": "[192.0.2.2]",
		common + "us-a.us.example.com A": "[192.0.2.3]",
	}
}

// withoutThird are those while the third cluster, the only one in its region, does
// not serve: its names answer as the next level does.
func (w *world) withoutThird() map[string]string {
	common := "web." + w.Namespace + ".prod.svc."
	names := w.all()
	for _, level := range []string{"", "us.", "us-a.us."} {
		names[common+level+"example.com A"] = "[192.0.2.1 192.0.2.2]"
	}
	return names
}

// exposeAll has the Service web serve in three clusters.
func (w *world) exposeAll() {
	w.Helper()
	for i, address := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
		w.expose(i, "web", address)
	}
}

func TestAServiceHasANameAtEachLevel(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	record := w.name("web", fields{"recordTTL": int64(300)})
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	s := w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)
	require.Equal(t, "example.com", s.Domain)
	require.Equal(t, int64(6), s.Records)
	require.Equal(t, map[string]string{"member1": "Serving", "member2": "Serving", "member3": "Serving"}, states(s))
	require.Equal(t, v1alpha1.ClusterDNS{Cluster: "member1", Region: "eu", Zones: []string{"eu-a"}, Reason: "Serving",
		LoadBalancer: v1alpha1.LoadBalancer{Ingress: []v1alpha1.LoadBalancerIngress{{IP: "192.0.2.1"}}}}, s.DNS[0])
	w.untilTold("web", v1alpha1.Ready, v1alpha1.Published)

	e := w.endpoint("service-web")
	require.Equal(t, int64(300), e.Spec.Endpoints[0].RecordTTL)
	require.Len(t, e.OwnerReferences, 1)
	require.Equal(t, record.GetUID(), e.OwnerReferences[0].UID)
	require.True(t, *e.OwnerReferences[0].Controller)
}

func TestWhoDoesNotServeLeadsOn(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", fields{"failover": fields{"keepSeconds": int64(0), "returnSeconds": int64(0)}})
	w.exposeAll()
	w.untilPublished("service-web", w.all())

	t.Run("no pod is ready", func(t *testing.T) {
		w.back(2, "web", false)
		w.untilPublished("service-web", w.withoutThird())
		s := w.untilTold("web", v1alpha1.Complete, v1alpha1.SomethingLacked)
		require.Equal(t, "NoEndpoints", states(s)["member3"])
		require.Contains(t, message(s, v1alpha1.Complete), "member3: NoEndpoints: no pod of the Service is ready there")
		w.change("web", `{"spec":{"allowServiceWithoutEndpoints":true}}`)
		w.untilPublished("service-web", w.all())
		w.change("web", `{"spec":{"allowServiceWithoutEndpoints":false}}`)
		w.untilPublished("service-web", w.withoutThird())
		w.back(2, "web", true)
		w.untilPublished("service-web", w.all())
	})
	t.Run("the cluster is not ready", func(t *testing.T) {
		w.set("member3", func(c *federation.Cluster) { c.Ready, c.Message = false, "no answer" })
		w.untilPublished("service-web", w.withoutThird())
		require.Equal(t, "NotReady", states(w.untilTold("web", v1alpha1.Complete, v1alpha1.SomethingLacked))["member3"])
		w.set("member3", func(c *federation.Cluster) { c.Ready, c.Message = true, "" })
		w.untilPublished("service-web", w.all())
	})
	t.Run("the address is gone", func(t *testing.T) {
		w.balance(2, "web")
		w.untilPublished("service-web", w.withoutThird())
		w.expose(2, "web", "192.0.2.3")
		w.untilPublished("service-web", w.all())
	})
	t.Run("the Service is not placed there any more", func(t *testing.T) {
		w.Patch(services, "web", `{"spec":{"placement":{"clusterSelector":null,"clusters":[{"name":"member1"},{"name":"member2"}]}}}`)
		names := w.withoutThird()
		common := "web." + w.Namespace + ".prod.svc."
		delete(names, common+"us.example.com A")
		delete(names, common+"us-a.us.example.com A")
		w.untilPublished("service-web", names)
	})
	t.Run("the Service is gone", func(t *testing.T) {
		w.Delete(services, "web")
		s := w.untilTold("web", v1alpha1.Ready, v1alpha1.NotFederated)
		require.Contains(t, message(s, v1alpha1.Ready), "there is no FederatedService "+w.Namespace+"/web: create it")
		w.untilPublished("service-web", map[string]string{})
	})
}

func TestWhoDoesNotServeLeadsOnByNameWhereThatIsAsked(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", fields{"fallback": "Name"})
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.back(2, "web", false)
	common := "web." + w.Namespace + ".prod.svc."
	names := w.withoutThird()
	delete(names, common+"us.example.com A")
	delete(names, common+"us-a.us.example.com A")
	names[common+"us.example.com CNAME"] = "[" + common + "example.com]"
	names[common+"us-a.us.example.com CNAME"] = "[" + common + "us.example.com]"
	w.untilPublished("service-web", names)
}

func TestAClusterThatIsAwayIsKeptForAWhile(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", fields{"failover": fields{"keepSeconds": int64(3), "returnSeconds": int64(3)}})
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)

	before := w.Quiet()
	w.away("member3")
	require.Zero(t, writes(w.During(time.Second)), "for a while nothing is written")
	w.returns("member3")
	require.Zero(t, writes(w.Quiet().Since(before)), "and nothing at all, if it is not for long")

	w.away("member3")
	w.untilPublished("service-web", w.withoutThird())
	w.returns("member3")
	w.Until("returning", func() bool {
		s, _ := w.status(v1alpha1.ServiceDNSRecords(), "web")
		return states(s)["member3"] == "Returning"
	})
	require.Equal(t, w.withoutThird(), w.published("service-web"))
	w.untilPublished("service-web", w.all())
}

func TestARestartWhileAClusterIsAwayForgetsNothing(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", fields{"failover": fields{"keepSeconds": int64(8)}})
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)
	before := w.Quiet()
	w.halt()
	nowhere := w.Servers[2].Config()
	nowhere.Host = "https://127.0.0.1:1"
	w.As(w.Servers[2], nowhere)
	w.away("member3")
	w.publish()
	require.Zero(t, writes(w.During(3*time.Second)))
	require.Equal(t, w.all(), w.published("service-web"))
	w.untilPublished("service-web", w.withoutThird())
	require.Equal(t, "NotReady", states(w.untilTold("web", v1alpha1.Complete, v1alpha1.SomethingLacked))["member3"])
	require.Equal(t, 2, writes(w.Quiet().Since(before)), "the DNSEndpoint, and the status")
}

func TestWithoutAnyClusterTheLastAnswerStays(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", fields{"failover": fields{"keepSeconds": int64(0)}})
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	for _, name := range []string{"member1", "member2", "member3"} {
		w.set(name, func(c *federation.Cluster) { c.Ready, c.Message = false, "no answer" })
	}
	w.Until("told", func() bool {
		s, _ := w.status(v1alpha1.ServiceDNSRecords(), "web")
		return states(s)["member1"] == "LastResort" && states(s)["member3"] == "LastResort"
	})
	require.NotEmpty(t, w.published("service-web")["web."+w.Namespace+".prod.svc.example.com A"])
}

func TestARecordThatGoesTakesItsNamesAlong(t *testing.T) {
	w := federate(t, 1, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.expose(0, "web", "192.0.2.1")
	w.Until("published", func() bool { return w.endpoint("service-web") != nil })
	require.NoError(t, w.records(v1alpha1.ServiceDNSRecords()).Delete(context.Background(), "web", metav1.DeleteOptions{}))
	w.Until("gone", func() bool { return w.endpoint("service-web") == nil })
}

func TestARecordThatIsAboutToGoHasNoNamesThoughSomebodyHoldsIt(t *testing.T) {
	w := federate(t, 1, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.change("web", `{"metadata":{"finalizers":["example.com/held"]}}`)
	w.expose(0, "web", "192.0.2.1")
	w.Until("published", func() bool { return w.endpoint("service-web") != nil })
	require.NoError(t, w.records(v1alpha1.ServiceDNSRecords()).Delete(context.Background(), "web", metav1.DeleteOptions{}))
	w.Until("gone", func() bool { return w.endpoint("service-web") == nil })
	w.change("web", `{"metadata":{"finalizers":null}}`)
}

func TestNothingIsWrittenWhenNothingChanges(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)

	before := w.Quiet()
	w.halt()
	w.publish()
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)
	require.Zero(t, writes(w.Quiet().Since(before)), "a restart")

	before = w.Quiet()
	w.halt()
	w.Stop()
	w.begin()
	w.untilTold("web", v1alpha1.Complete, v1alpha1.AllServed)
	require.Zero(t, writes(w.Quiet().Since(before)), "a restart of all")

	before = w.Quiet()
	w.set("member3", func(c *federation.Cluster) { c.Labels = map[string]string{"name": "member3", "more": "so"} })
	require.Zero(t, writes(w.Quiet().Since(before)), "a label")

	before = w.Quiet()
	w.balance(2, "web", fields{"ip": "192.0.2.33"})
	w.Until("changed", func() bool {
		return w.published("service-web")["web."+w.Namespace+".prod.svc.us.example.com A"] == "[192.0.2.33]"
	})
	require.Equal(t, 2, writes(w.Quiet().Since(before)), "the DNSEndpoint, and the status")
}

func TestWhatSomebodyElseChangesIsSetBack(t *testing.T) {
	w := federate(t, 3, services)
	w.begin()
	w.serve("web")
	w.name("web", nil)
	w.exposeAll()
	w.untilPublished("service-web", w.all())
	_, err := w.records(externaldnsv1alpha1.DNSEndpoints()).Patch(context.Background(), "service-web", types.MergePatchType,
		[]byte(`{"spec":{"endpoints":[]}}`), metav1.PatchOptions{})
	require.NoError(t, err)
	w.untilPublished("service-web", w.all())
	require.NoError(t, w.records(externaldnsv1alpha1.DNSEndpoints()).Delete(context.Background(), "service-web", metav1.DeleteOptions{}))
	w.untilPublished("service-web", w.all())
}

func TestADomainSaysHowManyRecordsItHas(t *testing.T) {
	w := federate(t, 1, services)
	w.domain("bad", "exa_mple.com")
	w.begin()
	w.name("web", nil)
	w.name("shop", nil)
	read := func(name string) (records int64, valid, message string) {
		o, err := w.Client.Resource(v1alpha1.Domains()).Namespace(w.System).Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(t, err)
		status, _ := o.Object["status"].(fields)
		conditions, _ := status["conditions"].([]any)
		if len(conditions) == 1 {
			c := conditions[0].(fields)
			valid, message = c["status"].(string), c["message"].(string)
		}
		records, _ = status["records"].(int64)
		return records, valid, message
	}
	w.Until("counted", func() bool { n, valid, _ := read("prod"); return n == 2 && valid == "True" })
	w.Until("refused", func() bool { _, valid, _ := read("bad"); return valid == "False" })
	_, _, said := read("bad")
	require.Contains(t, said, "domain:")
}

package verbs_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/examples/fedctl/dnscheck"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

// makes creates an object on the host, and then gives it its status.
func (w *world) makes(to schema.GroupVersionResource, object map[string]any) {
	w.Helper()
	o := &unstructured.Unstructured{Object: object}
	status, told := object["status"]
	objects := w.hostClient().Resource(to).Namespace(o.GetNamespace())
	made, err := objects.Create(w.Context(), o, metav1.CreateOptions{})
	require.NoError(w, err)
	if told {
		made.Object["status"] = status
		_, err = objects.UpdateStatus(w.Context(), made, metav1.UpdateOptions{})
		require.NoError(w, err)
	}
}

func of(group, kind, namespace, name string) map[string]any {
	return map[string]any{"apiVersion": group + "/v1alpha1", "kind": kind, "metadata": map[string]any{"namespace": namespace, "name": name}}
}

// domain makes the Domain prod, whose server may be empty.
func (w *world) domain(server string) {
	w.Helper()
	o := of(multiclusterdnsv1alpha1.Group, "Domain", corev1beta1.DefaultNamespace, "prod")
	o["domain"], o["nameServer"] = "example.com", server
	w.makes(multiclusterdnsv1alpha1.Domains(), o)
}

// record makes a record that the controller has seen.
func (w *world) record(kind dnscheck.Kind, name string, spec map[string]any, conditions ...any) {
	w.Helper()
	o := of(multiclusterdnsv1alpha1.Group, kind.Name, w.namespace, name)
	o["spec"] = spec
	o["status"] = map[string]any{"observedGeneration": int64(1), "records": int64(0), "conditions": conditions}
	w.makes(kind.Resource, o)
}

func dnsCondition(kind, status, reason, message string) any {
	return map[string]any{"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": "2026-05-04T12:00:00Z"}
}

func ready() any {
	return dnsCondition("Ready", "True", "Published", "the names are handed to external-dns")
}

// endpoint makes a DNSEndpoint that external-dns has read.
func (w *world) endpoint(in schema.GroupVersionResource, name string, sets ...any) {
	w.Helper()
	o := of(in.Group, "DNSEndpoint", w.namespace, name)
	o["spec"] = map[string]any{"endpoints": sets}
	o["status"] = map[string]any{"observedGeneration": int64(1)}
	w.makes(in, o)
}

func set(name, kind string, targets ...any) any {
	return map[string]any{"dnsName": name, "recordType": kind, "recordTTL": int64(180), "targets": targets}
}

func newDNSWorld(t *testing.T) *world {
	t.Helper()
	return newFederation(t, nil)
}

var inProd = map[string]any{"domainRef": "prod"}

const webName = "web.shop.prod.svc.example.com"

func TestRecordsAreComparedWithWhatIsAnswered(t *testing.T) {
	w := newDNSWorld(t)
	w.domain(nameservertest.Start(t, "example.com", `
old                   IN A     192.0.2.1
ed-a.old              IN TXT   "heritage=external-dns,external-dns/owner=hub,external-dns/resource=crd/shop/gateway-www"
web.shop.prod.svc     IN A     192.0.2.1
web.shop.prod.svc.us  IN CNAME web.shop.prod.svc
shop                  IN A     192.0.2.1
www                   IN A     203.0.113.9
`).Addr())
	server := w.nameServer()
	service, ingress, gateway := dnscheck.Kinds()[0], dnscheck.Kinds()[1], dnscheck.Kinds()[2]
	endpoints := externaldnsv1alpha1.DNSEndpoints()
	w.record(service, "web", inProd, ready(), dnsCondition("Complete", "False", "SomethingLacked", "boston: NotReady: no answer"))
	w.endpoint(endpoints, "service-web", set(webName, "A", "192.0.2.1"), set("web.shop.prod.svc.us.example.com", "CNAME", webName))
	w.record(ingress, "shop", map[string]any{"hosts": []any{"shop.example.com"}, "domainRef": "prod"}, ready())
	w.endpoint(endpoints, "ingress-shop", set("shop.example.com", "A", "192.0.2.1"))

	said := w.ok("dns", "check").out
	asked := ", asked " + server + " (nameServer of Domain prod)\n"
	require.Equal(t, "ServiceDNSRecord "+w.namespace+"/web"+asked+
		"NAME                               TYPE    WANT                            GOT                             VERDICT\n"+
		"web.shop.prod.svc.example.com      A       192.0.2.1                       192.0.2.1                       Right\n"+
		"web.shop.prod.svc.us.example.com   CNAME   web.shop.prod.svc.example.com   web.shop.prod.svc.example.com   Right\n"+
		"  the record's Complete is False: SomethingLacked: boston: NotReady: no answer\n"+
		"\n"+
		"IngressDNSRecord "+w.namespace+"/shop"+asked+
		"NAME               TYPE   WANT        GOT         VERDICT\n"+
		"shop.example.com   A      192.0.2.1   192.0.2.1   Right\n"+
		"\n"+
		"3 record sets of 2 DNS records: 3 Right\n", said)
	require.Contains(t, w.ok("dns", "check", "ingressdnsrecords", "-o", "wide").out, "Right     180   180 ")

	w.record(gateway, "www", map[string]any{"hosts": []any{"www.example.com", "new.example.com", "old.example.com"}, "domainRef": "prod"}, ready())
	w.endpoint(endpoints, "gateway-www", set("www.example.com", "A", "192.0.2.1"), set("new.example.com", "A", "192.0.2.1"), set("old.example.com", "A", "192.0.2.2"))
	w.record(service, "nowhere", inProd, dnsCondition("Ready", "False", "NobodyServes", "no cluster has an address that can be published"))
	w.record(service, "lost", inProd, ready())
	w.saysOf(t, "1 of 1 DNS records", []string{"gatewaydnsrecords"},
		"www.example.com   A      192.0.2.1   203.0.113.9   Differs\n", "new.example.com   A      192.0.2.1   -             Missing\n",
		"  www.example.com A: Differs: nothing of what is wanted is there: no TXT record says that external-dns wrote it (a-www.example.com, ed-a.www.example.com): it is somebody else's",
		"  old.example.com A: Differs: nothing of what is wanted is there: external-dns wrote it (owner hub, for crd/shop/gateway-www): it has not written the change yet",
		"  new.example.com A: Missing: there is no such record")
	w.saysOf(t, "1 of 1 DNS records", []string{"gatewaydnsrecords", "--txt-prefix=x-"}, "says that external-dns wrote it (x-a-old.example.com): it is")
	w.saysOf(t, "1 of 1 DNS records", []string{"ServiceDNSRecord", w.namespace + "/nowhere"},
		"  the record's Ready is False: NobodyServes: no cluster has an address that can be published\n", "0 record sets of 1 DNS records\n")
	w.saysOf(t, "1 of 1 DNS records", []string{"servicednsrecords", "lost", "-n", w.namespace},
		"  DNSEndpoint "+w.namespace+"/service-lost is not there, so nothing is published: is --dns-endpoint-group that of the controller?\n")
	w.saysOf(t, "3 of 5 DNS records", []string{"-n", w.namespace}, "6 record sets of 5 DNS records: 3 Right, 2 Differs, 1 Missing\n")
	w.asJSON(t)
}

// nameServer is what the Domain prod says.
func (w *world) nameServer() string {
	w.Helper()
	o, err := w.hostClient().Resource(multiclusterdnsv1alpha1.Domains()).Namespace(corev1beta1.DefaultNamespace).Get(w.Context(), "prod", metav1.GetOptions{})
	require.NoError(w, err)
	server, _, _ := unstructured.NestedString(o.Object, "nameServer")
	return server
}

// saysOf checks records of which some are not right.
func (w *world) saysOf(t *testing.T, problem string, args []string, texts ...string) {
	t.Helper()
	r := w.fedctl(append([]string{"dns", "check"}, args...)...)
	require.Equal(t, "error: "+problem+" are not as they should be\n", r.err)
	require.Equal(t, 1, r.code)
	for _, text := range texts {
		require.Contains(t, r.out, text)
	}
}

// asJSON checks one record that is right, for a program.
func (w *world) asJSON(t *testing.T) {
	t.Helper()
	r := w.ok("dns", "check", w.namespace+"/shop", "-o", "json")
	var got dnscheck.Result
	require.NoError(t, json.Unmarshal([]byte(r.out), &got))
	require.Equal(t, dnscheck.Result{APIVersion: "fedctl.fedrail.io/v1alpha1", Kind: "DNSCheck", OK: true, Counts: map[check.Verdict]int{check.Right: 1}, Records: []dnscheck.Record{{
		Kind: "IngressDNSRecord", Namespace: w.namespace, Name: "shop", Server: w.nameServer(), ServerFrom: "nameServer of Domain prod",
		Findings: []check.Finding{{Name: "shop.example.com", Type: "A", Want: []string{"192.0.2.1"}, Got: []string{"192.0.2.1"},
			WantTTL: 180, GotTTL: 180, Verdict: check.Right, Code: check.NoError, Authoritative: true}},
	}}}, got)
	require.Equal(t, "Right", w.ok("dns", "check", w.namespace+"/shop", "-o", "jsonpath={.records[*].findings[*].verdict}").out)
}

func TestWhatIsBehindOnTheHostIsSaid(t *testing.T) {
	w := newDNSWorld(t)
	server := "--name-server=" + nameservertest.Start(t, "example.com").Addr()
	service, old := dnscheck.Kinds()[0], multiclusterdnsv1alpha1.DNSEndpoints()
	w.record(service, "web", inProd, ready())
	w.endpoint(old, "service-web", set(webName, "A", "192.0.2.1"))
	w.changes(old, "service-web")
	w.changes(service.Resource, "web")
	w.saysOf(t, "1 of 1 DNS records", []string{server, "--dns-endpoint-group=" + old.Group},
		"asked "+server[len("--name-server="):]+" (--name-server)\n",
		"  the controller has not seen generation 2 of the record: does it run?\n",
		"  external-dns has read generation 1 of DNSEndpoint "+w.namespace+"/service-web, which is at 2\n")
	w.saysOf(t, "1 of 1 DNS records", []string{server}, "service-web is not there")
	w.saysOf(t, "1 of 1 DNS records", []string{"--name-server=" + nameservertest.Start(t, "example.com", "web.shop.prod.svc IN A 192.0.2.1", "more IN A 192.0.2.1").Addr(), "--dns-endpoint-group=" + old.Group},
		"2 record sets of 1 DNS records: 2 Right\n", "the controller has not seen generation 2 of the record")
}

// changes makes a change to the spec of an object.
func (w *world) changes(in schema.GroupVersionResource, name string) {
	w.Helper()
	objects := w.hostClient().Resource(in).Namespace(w.namespace)
	o, err := objects.Get(w.Context(), name, metav1.GetOptions{})
	require.NoError(w, err)
	spec := o.Object["spec"].(map[string]any)
	if sets, has := spec["endpoints"].([]any); has {
		spec["endpoints"] = append(sets, set("more.example.com", "A", "192.0.2.1"))
	} else {
		spec["recordTTL"] = int64(60)
	}
	_, err = objects.Update(w.Context(), o, metav1.UpdateOptions{})
	require.NoError(w, err)
}

func TestWhatCannotBeCheckedEndsWithTwo(t *testing.T) {
	w := newDNSWorld(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"services"}, `there is no kind "services" of DNS records: take one of servicednsrecord, ingressdnsrecord, gatewaydnsrecord`},
		{[]string{"servicednsrecord", "web"}, `"web": write NAMESPACE/NAME, or NAME and -n NAMESPACE`},
		{[]string{"a/b/c"}, `"a/b/c": write NAMESPACE/NAME`},
		{[]string{"shop/web", "-n", "other"}, `"shop/web" and -n other: these are two namespaces`},
		{[]string{"shop/web"}, `namespace shop has no DNS record "web" of any kind`},
		{[]string{"GatewayDNSRecords", "shop/web"}, `namespace shop has no DNS record "web" of kind GatewayDNSRecord`},
		{[]string{"a", "b", "c"}, "accepts at most 2 arg(s), received 3"},
		{[]string{"--nameserver", "x"}, "unknown flag: --nameserver"},
		{[]string{"-o", "xml"}, "-o xml: want one of table, wide, "},
		{[]string{"--dns-endpoint-group", "example.com"}, `--dns-endpoint-group: got "example.com"`},
	} {
		r := w.fedctl(append([]string{"dns", "check"}, c.args...)...)
		require.Contains(t, r.err, c.says)
		require.Equal(t, 2, r.code, c.says)
		require.Empty(t, r.out)
	}
	r := w.as(controlplane.User{Name: "nobody"}, "dns", "check")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.err, `cannot list resource "domains"`)
	require.Equal(t, result{out: "0 record sets of 0 DNS records\n"}, w.ok("dns", "check"))
	require.Contains(t, w.ok("dns").out, "fedctl dns [command]")
}

// A server that says nothing takes some seconds, in which it is said how far it is;
// who does not want to wait interrupts.
func TestASilentServerCanBeWaitedForOrNot(t *testing.T) {
	w := newDNSWorld(t)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()
	w.domain(conn.LocalAddr().String())
	w.record(dnscheck.Kinds()[0], "web", inProd, ready())
	w.endpoint(externaldnsv1alpha1.DNSEndpoints(), "service-web", set(webName, "A", "192.0.2.1"))

	checking := w.begin("dns", "check")
	require.Equal(t, 2, <-checking.code)
	require.Contains(t, checking.err.String(), "asking about 1 record sets: 0 questions are done\n")
	require.Contains(t, checking.err.String(), "error: of 1 record sets nothing is known\n")
	require.Contains(t, checking.out.String(), "Unanswered: no answer from "+conn.LocalAddr().String()+", asked 3 times")

	checking = w.begin("dns", "check")
	checking.says(checking.err, "asking about 1 record sets")
	require.Equal(t, 130, checking.interrupt())
	require.Contains(t, checking.err.String(), "error: interrupted before all was asked\n")
}

func TestTheServerOfThisMachineIsTheLastChoice(t *testing.T) {
	server, err := dnscheck.OwnNameServer(written(t, "# ours\nsearch example.com\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n"))
	require.NoError(t, err)
	require.Equal(t, "192.0.2.53", server)
	_, err = dnscheck.OwnNameServer(written(t, "search example.com\n"))
	require.ErrorContains(t, err, "set --name-server, or nameServer of the Domain")
	_, err = dnscheck.OwnNameServer("/does/not/exist")
	require.ErrorContains(t, err, "set --name-server")
}

// written is a file with that in it.
func written(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func (w *world) hostClient() dynamic.Interface {
	w.Helper()
	client, err := dynamic.NewForConfig(w.host.Config())
	require.NoError(w, err)
	return client
}

package main

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

// makes creates an object on the host, and then gives it its status.
func (w *world) makes(to schema.GroupVersionResource, object map[string]any) {
	w.t.Helper()
	o := &unstructured.Unstructured{Object: object}
	status, told := object["status"]
	objects := w.client.Resource(to).Namespace(o.GetNamespace())
	made, err := objects.Create(w.t.Context(), o, metav1.CreateOptions{})
	require.NoError(w.t, err)
	if told {
		made.Object["status"] = status
		_, err = objects.UpdateStatus(w.t.Context(), made, metav1.UpdateOptions{})
		require.NoError(w.t, err)
	}
}

func of(group, kind, namespace, name string) map[string]any {
	return map[string]any{"apiVersion": group + "/v1alpha1", "kind": kind, "metadata": map[string]any{"namespace": namespace, "name": name}}
}

// domain makes the Domain prod, whose server may be empty.
func (w *world) domain(server string) {
	w.t.Helper()
	o := of(multiclusterdnsv1alpha1.Group, "Domain", corev1beta1.DefaultNamespace, "prod")
	o["domain"], o["nameServer"] = "example.com", server
	w.makes(multiclusterdnsv1alpha1.Domains(), o)
}

// record makes a record that the controller has seen.
func (w *world) record(kind dnsKind, name string, spec map[string]any, conditions ...any) {
	w.t.Helper()
	o := of(multiclusterdnsv1alpha1.Group, kind.name, w.namespace, name)
	o["spec"] = spec
	o["status"] = map[string]any{"observedGeneration": int64(1), "records": int64(0), "conditions": conditions}
	w.makes(kind.resource, o)
}

func condition(kind, status, reason, message string) any {
	return map[string]any{"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": "2026-05-04T12:00:00Z"}
}

func ready() any {
	return condition("Ready", "True", "Published", "the names are handed to external-dns")
}

// endpoint makes a DNSEndpoint that external-dns has read.
func (w *world) endpoint(in schema.GroupVersionResource, name string, sets ...any) {
	w.t.Helper()
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
	w := newHost(t, federation.ClusterScoped)
	w.namespace = controlplanetest.Namespace(t, w.host)
	return w
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
	service, ingress, gateway := dnsKinds()[0], dnsKinds()[1], dnsKinds()[2]
	endpoints := externaldnsv1alpha1.DNSEndpoints()
	w.record(service, "web", inProd, ready(), condition("Complete", "False", "SomethingLacked", "boston: NotReady: no answer"))
	w.endpoint(endpoints, "service-web", set(webName, "A", "192.0.2.1"), set("web.shop.prod.svc.us.example.com", "CNAME", webName))
	w.record(ingress, "shop", map[string]any{"hosts": []any{"shop.example.com"}, "domainRef": "prod"}, ready())
	w.endpoint(endpoints, "ingress-shop", set("shop.example.com", "A", "192.0.2.1"))

	said, err := w.runs(t.Context(), "dns", "check")
	require.NoError(t, err)
	asked := ", asked " + server + " (nameServer of Domain prod)\n"
	require.Equal(t, "ServiceDNSRecord "+w.namespace+"/web"+asked+
		"NAME                              TYPE   WANT                           GOT                            VERDICT\n"+
		"web.shop.prod.svc.example.com     A      192.0.2.1                      192.0.2.1                      Right\n"+
		"web.shop.prod.svc.us.example.com  CNAME  web.shop.prod.svc.example.com  web.shop.prod.svc.example.com  Right\n"+
		"  the record's Complete is False: SomethingLacked: boston: NotReady: no answer\n"+
		"\n"+
		"IngressDNSRecord "+w.namespace+"/shop"+asked+
		"NAME              TYPE  WANT       GOT        VERDICT\n"+
		"shop.example.com  A     192.0.2.1  192.0.2.1  Right\n"+
		"\n"+
		"3 record sets of 2 DNS records: 3 Right\n", said)

	w.record(gateway, "www", map[string]any{"hosts": []any{"www.example.com", "new.example.com", "old.example.com"}, "domainRef": "prod"}, ready())
	w.endpoint(endpoints, "gateway-www", set("www.example.com", "A", "192.0.2.1"), set("new.example.com", "A", "192.0.2.1"), set("old.example.com", "A", "192.0.2.2"))
	w.record(service, "nowhere", inProd, condition("Ready", "False", "NobodyServes", "no cluster has an address that can be published"))
	w.record(service, "lost", inProd, ready())
	w.saysOf(t, "1 of 1 DNS records", []string{"gatewaydnsrecords"},
		"www.example.com  A     192.0.2.1  203.0.113.9  Differs\n", "new.example.com  A     192.0.2.1  -            Missing\n",
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
	w.t.Helper()
	o, err := w.client.Resource(multiclusterdnsv1alpha1.Domains()).Namespace(corev1beta1.DefaultNamespace).Get(w.t.Context(), "prod", metav1.GetOptions{})
	require.NoError(w.t, err)
	server, _, _ := unstructured.NestedString(o.Object, "nameServer")
	return server
}

// saysOf checks records of which some are not right.
func (w *world) saysOf(t *testing.T, problem string, args []string, texts ...string) {
	t.Helper()
	said, err := w.runs(t.Context(), append([]string{"dns", "check"}, args...)...)
	require.EqualError(t, err, problem+" are not as they should be")
	require.Equal(t, 1, exitCode(err))
	for _, text := range texts {
		require.Contains(t, said, text)
	}
}

// asJSON checks one record that is right, for a program.
func (w *world) asJSON(t *testing.T) {
	t.Helper()
	said, err := w.runs(t.Context(), "dns", "check", w.namespace+"/shop", "-o", "json")
	require.NoError(t, err)
	var got dnsResult
	require.NoError(t, json.Unmarshal([]byte(said), &got))
	require.Equal(t, dnsResult{OK: true, Counts: map[check.Verdict]int{check.Right: 1}, Records: []dnsRecord{{
		Kind: "IngressDNSRecord", Namespace: w.namespace, Name: "shop", Server: w.nameServer(), ServerFrom: "nameServer of Domain prod",
		Findings: []check.Finding{{Name: "shop.example.com", Type: "A", Want: []string{"192.0.2.1"}, Got: []string{"192.0.2.1"},
			WantTTL: 180, GotTTL: 180, Verdict: check.Right, Code: check.NoError, Authoritative: true}},
	}}}, got)
}

func TestWhatIsBehindOnTheHostIsSaid(t *testing.T) {
	w := newDNSWorld(t)
	server := "--server=" + nameservertest.Start(t, "example.com").Addr()
	service, old := dnsKinds()[0], multiclusterdnsv1alpha1.DNSEndpoints()
	w.record(service, "web", inProd, ready())
	w.endpoint(old, "service-web", set(webName, "A", "192.0.2.1"))
	w.changes(old, "service-web")
	w.changes(service.resource, "web")
	w.saysOf(t, "1 of 1 DNS records", []string{server, "--dns-endpoint-group=" + old.Group},
		"asked "+server[len("--server="):]+" (--server)\n",
		"  the controller has not seen generation 2 of the record: does it run?\n",
		"  external-dns has read generation 1 of DNSEndpoint "+w.namespace+"/service-web, which is at 2\n")
	w.saysOf(t, "1 of 1 DNS records", []string{server}, "service-web is not there")
	w.saysOf(t, "1 of 1 DNS records", []string{"--server=" + nameservertest.Start(t, "example.com", "web.shop.prod.svc IN A 192.0.2.1", "more IN A 192.0.2.1").Addr(), "--dns-endpoint-group=" + old.Group},
		"2 record sets of 1 DNS records: 2 Right\n", "the controller has not seen generation 2 of the record")
}

// changes makes a change to the spec of an object.
func (w *world) changes(in schema.GroupVersionResource, name string) {
	w.t.Helper()
	objects := w.client.Resource(in).Namespace(w.namespace)
	o, err := objects.Get(w.t.Context(), name, metav1.GetOptions{})
	require.NoError(w.t, err)
	spec := o.Object["spec"].(map[string]any)
	if sets, has := spec["endpoints"].([]any); has {
		spec["endpoints"] = append(sets, set("more.example.com", "A", "192.0.2.1"))
	} else {
		spec["recordTTL"] = int64(60)
	}
	_, err = objects.Update(w.t.Context(), o, metav1.UpdateOptions{})
	require.NoError(w.t, err)
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
		{[]string{"-o", "yaml"}, `--output: got "yaml", want json, or nothing`},
		{[]string{"--dns-endpoint-group", "example.com"}, `--dns-endpoint-group: got "example.com"`},
	} {
		_, err := w.runs(t.Context(), append([]string{"dns", "check"}, c.args...)...)
		require.ErrorContains(t, err, c.says)
		require.Equal(t, 2, exitCode(err), c.says)
	}
	said, err := w.runs(t.Context(), "dns", "check")
	require.NoError(t, err)
	require.Equal(t, "0 record sets of 0 DNS records\n", said)
}

// A server that says nothing takes some seconds, in which it is said how far it is;
// who does not want to wait interrupts.
func TestASilentServerCanBeWaitedForOrNot(t *testing.T) {
	w := newDNSWorld(t)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()
	w.domain(conn.LocalAddr().String())
	w.record(dnsKinds()[0], "web", inProd, ready())
	w.endpoint(externaldnsv1alpha1.DNSEndpoints(), "service-web", set(webName, "A", "192.0.2.1"))

	content, err := w.host.Kubeconfig()
	require.NoError(t, err)
	p := startProcess(t, "dns", "check", "--kubeconfig="+file(t, "host.yaml", string(content)))
	p.says("asking about 1 record sets: 0 questions are done\n")
	p.says("controller: of 1 record sets nothing is known\n")
	<-p.ended
	require.Equal(t, 2, p.cmd.ProcessState.ExitCode())
	require.Contains(t, p.log.String(), "Unanswered: no answer from "+conn.LocalAddr().String()+", asked 3 times")

	ctx, interrupt := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer interrupt()
	_, err = w.runs(ctx, "dns", "check")
	require.EqualError(t, err, "interrupted before all was asked")
	require.Equal(t, 2, exitCode(err))
}

func TestTheServerOfThisMachineIsTheLastChoice(t *testing.T) {
	server, err := ownNameServer(file(t, "resolv.conf", "# ours\nsearch example.com\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n"))
	require.NoError(t, err)
	require.Equal(t, "192.0.2.53", server)
	_, err = ownNameServer(file(t, "resolv.conf", "search example.com\n"))
	require.ErrorContains(t, err, "set --server, or nameServer of the Domain")
	_, err = ownNameServer("/does/not/exist")
	require.ErrorContains(t, err, "set --server")
}

// runs the program on the world's host as its administrator, and returns what it
// says.
func (w *world) runs(ctx context.Context, args ...string) (string, error) {
	w.t.Helper()
	said := &output{}
	content, err := w.host.Kubeconfig()
	require.NoError(w.t, err)
	err = run(ctx, append(args, "--kubeconfig="+file(w.t, "host.yaml", string(content))), said)
	return said.String(), err
}

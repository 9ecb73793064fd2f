package dns_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
)

func line(r dns.RecordSet) string {
	text := fmt.Sprintf("%s %d %s %s", r.Name, r.TTL, r.Type, strings.Join(r.Targets, " "))
	if r.SetIdentifier != "" {
		text += fmt.Sprintf(" [%s %s=%s]", r.SetIdentifier, r.ProviderSpecific[0].Name, r.ProviderSpecific[0].Value)
	}
	if of, labelled := r.Labels["serviceName"]; labelled {
		text += " serviceName=" + of
	}
	return text
}

const (
	global = "web.shop.prod.svc.example.com"
	west   = "web.shop.prod.svc.us-west1.example.com"
	westA  = "web.shop.prod.svc.us-west1-a.us-west1.example.com"
	westB  = "web.shop.prod.svc.us-west1-b.us-west1.example.com"
	east   = "web.shop.prod.svc.us-east1.example.com"
	eastB  = "web.shop.prod.svc.us-east1-b.us-east1.example.com"
)

func inWest(addresses ...string) dns.Endpoint {
	return dns.Endpoint{Cluster: "c1", Region: "us-west1", Zones: []string{"us-west1-a"}, Ready: true, Addresses: addresses}
}

func inEast(addresses ...string) dns.Endpoint {
	return dns.Endpoint{Cluster: "c2", Region: "us-east1", Zones: []string{"us-east1-b"}, Ready: true, Addresses: addresses}
}

func service(endpoints ...dns.Endpoint) dns.Request {
	return dns.Request{Namespace: "shop", Name: "web", DomainRef: "prod", Domain: "example.com", Endpoints: endpoints}
}

func with(req dns.Request, change func(*dns.Request)) dns.Request {
	change(&req)
	return req
}

// The rows of KubeFed's own table of services. Two are on purpose different, and
// say so.
func TestServicesHaveKubeFedsNamesAndTargets(t *testing.T) {
	for name, c := range map[string]struct {
		req  dns.Request
		want []string
	}{
		"NoClusters": {service(), nil},
		"SingleLB": {service(inWest("192.0.2.1")), []string{
			global + " 180 A 192.0.2.1", westA + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1",
		}},
		"LBsInBothClusters": {service(inWest("192.0.2.1"), inEast("192.0.2.2")), []string{
			global + " 180 A 192.0.2.1 192.0.2.2",
			eastB + " 180 A 192.0.2.2", east + " 180 A 192.0.2.2",
			westA + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1",
		}},
		"NoLBInOneCluster": {service(inWest("192.0.2.1"), inEast()), []string{
			global + " 180 A 192.0.2.1",
			eastB + " 180 CNAME " + east, east + " 180 CNAME " + global,
			westA + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1",
		}},
		// KubeFed makes the same chain of names here, which ends at one that does not exist.
		"NoLBInBothClusters": {service(inWest(), inEast()), nil},
		"MultipleLBs": {service(inWest("192.0.2.3", "192.0.2.1"), inEast("192.0.2.2", "192.0.2.10")), []string{
			global + " 180 A 192.0.2.1 192.0.2.10 192.0.2.2 192.0.2.3",
			eastB + " 180 A 192.0.2.10 192.0.2.2", east + " 180 A 192.0.2.10 192.0.2.2",
			westA + " 180 A 192.0.2.1 192.0.2.3", west + " 180 A 192.0.2.1 192.0.2.3",
		}},
		"UserConfiguredDNSRecordTTL": {with(service(inWest("192.0.2.1")), func(r *dns.Request) { r.TTL = 300 }), []string{
			global + " 300 A 192.0.2.1", westA + " 300 A 192.0.2.1", west + " 300 A 192.0.2.1",
		}},
		"UserConfiguredDNSPrefix": {with(service(inWest("192.0.2.1")), func(r *dns.Request) { r.Prefix = "foo" }), []string{
			"foo.example.com 180 CNAME " + global,
			global + " 180 A 192.0.2.1", westA + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1",
		}},
		// KubeFed's leads to a name that does not exist.
		"UserConfiguredDNSPrefix, and no LB": {with(service(inWest()), func(r *dns.Request) { r.Prefix = "foo" }), nil},
		"UserConfiguredExternalName": {with(service(inWest("192.0.2.1")), func(r *dns.Request) { r.ExternalName, r.Prefix = "pub", "foo" }), []string{
			"foo.example.com 180 CNAME pub.shop.prod.svc.example.com",
			"pub.shop.prod.svc.example.com 180 A 192.0.2.1 serviceName=web",
			"pub.shop.prod.svc.us-west1-a.us-west1.example.com 180 A 192.0.2.1 serviceName=web",
			"pub.shop.prod.svc.us-west1.example.com 180 A 192.0.2.1 serviceName=web",
		}},
		"MultiZoneCluster": {with(service(inWest("192.0.2.1")), func(r *dns.Request) { r.Endpoints[0].Zones = []string{"us-west1-b", "us-west1-a"} }), []string{
			global + " 180 A 192.0.2.1", westA + " 180 A 192.0.2.1", westB + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, lines(build(t, dns.Levels{}, c.req).Records))
			require.Equal(t, c.want, lines(build(t, dns.Levels{Hostnames: dns.Resolve}, c.req).Records), "without hostnames it is all the same")
		})
	}
}

func TestHostnameInLBIsResolvedAsKubeFedDoes(t *testing.T) {
	req := service(inWest())
	req.Endpoints[0].Hostnames = []string{"lb.example.net"}
	req.Resolved = map[string][]netip.Addr{"lb.example.net": {netip.MustParseAddr("192.0.2.1")}}
	require.Equal(t, []string{global + " 180 A 192.0.2.1", westA + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1"},
		lines(build(t, dns.Levels{Hostnames: dns.Resolve}, req).Records))
}

func ingress(hosts []string, endpoints ...dns.Endpoint) dns.Request {
	return dns.Request{Namespace: "shop", Name: "web", Hosts: hosts, Endpoints: endpoints}
}

// The rows of KubeFed's own table of ingresses.
func TestIngressesHaveKubeFedsNamesAndTargets(t *testing.T) {
	host := []string{"foo.example.com"}
	hostname := inWest()
	hostname.Hostnames = []string{"lb.example.net"}
	for name, c := range map[string]struct {
		req  dns.Request
		want []string
	}{
		"NoClusters":        {ingress(host), nil},
		"SingleLB":          {ingress(host, inWest("192.0.2.1")), []string{"foo.example.com 180 A 192.0.2.1"}},
		"LBsInBothClusters": {ingress(host, inWest("192.0.2.1"), inEast("192.0.2.2")), []string{"foo.example.com 180 A 192.0.2.1 192.0.2.2"}},
		"HostnameInLB": {with(ingress(host, hostname), func(r *dns.Request) {
			r.Resolved = map[string][]netip.Addr{"lb.example.net": {netip.MustParseAddr("192.0.2.1")}}
		}), []string{"foo.example.com 180 A 192.0.2.1"}},
		"MultipleHosts": {ingress([]string{"foo.example.com", "bar.example.com"}, inWest("192.0.2.1")), []string{
			"bar.example.com 180 A 192.0.2.1", "foo.example.com 180 A 192.0.2.1",
		}},
		"UserConfiguredDNSRecordTTL": {with(ingress(host, inWest("192.0.2.1")), func(r *dns.Request) { r.TTL = 300 }), []string{"foo.example.com 300 A 192.0.2.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, lines(build(t, dns.Levels{Hostnames: dns.Resolve}, c.req).Records))
		})
	}
}

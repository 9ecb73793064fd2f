package dns_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/fedrail/fedrail/dns"
)

func show(result dns.Result, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range result.Records {
		fmt.Println(r.Name, r.Type, strings.Join(r.Targets, " "))
	}
	for _, p := range result.Problems {
		fmt.Printf("! %s%s: %s: %s\n", p.Cluster, p.Name, p.Code, p.Message)
	}
}

// A service runs in two clusters, and one of them does not answer: whoever asks there
// is led to the other.
func ExampleLevels() {
	show(dns.Levels{}.Build(context.Background(), dns.Request{
		Namespace: "shop", Name: "web", DomainRef: "prod", Domain: "example.com", Prefix: "shop",
		Endpoints: []dns.Endpoint{
			{Cluster: "paris", Region: "eu", Zones: []string{"eu-a"}, Ready: true, Addresses: []string{"192.0.2.1", "2001:db8::1"}},
			{Cluster: "boston", Region: "us", Message: "no answer since 12:05", Addresses: []string{"192.0.2.2"}},
		},
	}))
	// Output:
	// shop.example.com CNAME web.shop.prod.svc.example.com
	// web.shop.prod.svc.eu-a.eu.example.com A 192.0.2.1
	// web.shop.prod.svc.eu-a.eu.example.com AAAA 2001:db8::1
	// web.shop.prod.svc.eu.example.com A 192.0.2.1
	// web.shop.prod.svc.eu.example.com AAAA 2001:db8::1
	// web.shop.prod.svc.example.com A 192.0.2.1
	// web.shop.prod.svc.example.com AAAA 2001:db8::1
	// web.shop.prod.svc.us.example.com CNAME web.shop.prod.svc.example.com
	// ! web.shop.prod.svc.us.example.com: LeadsOn: no cluster there has an address that can be published, so it leads to "web.shop.prod.svc.example.com"
	// ! boston: NoZones: its zones are unknown, so it has no names of zones: label its nodes, or set its zones
	// ! boston: NotReady: no answer since 12:05: nobody is sent there until it is ready
}

// An ingress has hosts. One of its load balancers has a hostname, whose addresses
// somebody looked up.
func ExampleRequest_Hostnames() {
	req := dns.Request{
		Namespace: "shop", Name: "web", Hosts: []string{"shop.example.com"},
		Endpoints: []dns.Endpoint{
			{Cluster: "paris", Ready: true, Addresses: []string{"192.0.2.1"}},
			{Cluster: "boston", Ready: true, Hostnames: []string{"lb-7.boston.example.net"}},
		},
	}
	show(dns.Levels{}.Build(context.Background(), req))
	req.Resolved = map[string][]netip.Addr{}
	for _, name := range req.Hostnames() {
		req.Resolved[name] = []netip.Addr{netip.MustParseAddr("198.51.100.7")}
	}
	show(dns.Levels{}.Build(context.Background(), req))
	// Output:
	// shop.example.com A 192.0.2.1
	// ! shop.example.com: Unresolved: no address of hostname "lb-7.boston.example.net" is known, so it is left out: give its addresses
	// shop.example.com A 192.0.2.1 198.51.100.7
}

// Three of four clients go to one cluster, where the provider can do that.
func ExampleProvider() {
	most, few := int64(3), int64(1)
	result, err := dns.Levels{}.Build(context.Background(), dns.Request{
		Namespace: "shop", Name: "web", Hosts: []string{"shop.example.com"},
		Routing: dns.Weighted, Provider: dns.Provider{Weight: "aws/weight"},
		Endpoints: []dns.Endpoint{
			{Cluster: "paris", Ready: true, Addresses: []string{"192.0.2.1"}, Weight: &most},
			{Cluster: "boston", Ready: true, Addresses: []string{"192.0.2.2"}, Weight: &few},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range result.Records {
		fmt.Println(r.Name, r.Type, r.Targets, r.SetIdentifier, r.ProviderSpecific)
	}
	// Output:
	// shop.example.com A [192.0.2.2] boston [{aws/weight 1}]
	// shop.example.com A [192.0.2.1] paris [{aws/weight 3}]
}

// A zone holds records of ours, and one of somebody else.
func ExampleDiff() {
	a := func(name, address string) dns.RecordSet {
		return dns.RecordSet{Name: name, Type: dns.A, TTL: dns.DefaultTTL, Targets: []string{address}}
	}
	changes := dns.Diff(dns.Have{
		Ours:   []dns.RecordSet{a("web.example.com", "192.0.2.1"), a("old.example.com", "192.0.2.1")},
		Others: []dns.RecordSet{a("www.example.com", "203.0.113.1")},
	}, []dns.RecordSet{a("web.example.com", "192.0.2.2"), a("www.example.com", "192.0.2.2"), a("new.example.com", "192.0.2.2")})
	for _, r := range changes.Delete {
		fmt.Println("-", r.Name)
	}
	for _, u := range changes.Update {
		fmt.Println("~", u.New.Name, u.Old.Targets, u.New.Targets)
	}
	for _, r := range changes.Create {
		fmt.Println("+", r.Name)
	}
	for _, b := range changes.Blocked {
		fmt.Println("!", b.Want.Name, "belongs to somebody else")
	}
	// Output:
	// - old.example.com
	// ~ web.example.com [192.0.2.1] [192.0.2.2]
	// + new.example.com
	// ! www.example.com belongs to somebody else
}

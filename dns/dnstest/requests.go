package dnstest

import (
	"net/netip"
	"strings"

	"github.com/fedrail/fedrail/dns"
)

func service(endpoints ...dns.Endpoint) dns.Request {
	return dns.Request{Namespace: "shop", Name: "web", DomainRef: "prod", Domain: "example.com", Endpoints: endpoints}
}

func ingress(hosts []string, endpoints ...dns.Endpoint) dns.Request {
	return dns.Request{Namespace: "shop", Name: "web", Hosts: hosts, Endpoints: endpoints}
}

func with(req dns.Request, change func(*dns.Request)) dns.Request {
	change(&req)
	return req
}

func paris() dns.Endpoint {
	return dns.Endpoint{Cluster: "paris", Region: "eu", Zones: []string{"eu-a", "eu-b"}, Ready: true, Addresses: []string{"192.0.2.2", "192.0.2.1", "2001:db8::1"}}
}

func boston() dns.Endpoint {
	return dns.Endpoint{Cluster: "boston", Region: "us", Zones: []string{"us-a"}, Ready: true, Hostnames: []string{"lb.boston.example.net"}}
}

func away(e dns.Endpoint) dns.Endpoint {
	e.Ready, e.Message = false, "no answer"
	return e
}

func requests() map[string]dns.Request {
	aws := dns.Provider{Weight: "aws/weight", Location: "aws/geolocation-continent-code", Elsewhere: dns.Property{Name: "aws/geolocation-country-code", Value: "*"}}
	return map[string]dns.Request{
		"no cluster":               service(),
		"one cluster":              service(paris()),
		"addresses and a hostname": service(paris(), boston()),
		"a hostname alone":         service(boston()),
		"a known hostname": with(service(paris(), boston()), func(r *dns.Request) {
			r.Resolved = map[string][]netip.Addr{"lb.boston.example.net": {netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("::ffff:198.51.100.2")}}
		}),
		"a cluster that is away":    service(paris(), away(boston())),
		"all clusters are away":     service(away(paris()), away(boston())),
		"no region and no zone":     service(dns.Endpoint{Cluster: "oslo", Ready: true, Addresses: []string{"192.0.2.9"}}),
		"a hostname that is a name": service(dns.Endpoint{Cluster: "oslo", Ready: true, Hostnames: []string{"WEB.shop.prod.svc.example.com."}}),
		"a prefix":                  with(service(paris(), boston()), func(r *dns.Request) { r.Prefix, r.TTL = "shop", 60 }),
		"weights":                   with(service(paris(), boston()), func(r *dns.Request) { r.Routing, r.Provider = dns.Weighted, aws }),
		"locations": with(service(paris(), boston()), func(r *dns.Request) {
			r.Routing, r.Provider = dns.Located, aws
			r.Endpoints[0].Location = "EU"
		}),
		"locations that nobody has": with(service(paris(), boston()), func(r *dns.Request) {
			r.Routing, r.Provider = dns.Located, dns.Provider{Location: "aws/region"}
		}),
		"weights, and a zone in two spellings": with(service(paris(), boston()), func(r *dns.Request) {
			r.Routing, r.Provider = dns.Weighted, aws
			r.Endpoints[0].Zones = []string{"eu-a", "eu-b", "EU-A"}
		}),
		"weights that the provider does not know": with(service(paris(), boston()), func(r *dns.Request) { r.Routing = dns.Weighted }),
		"hosts":             ingress([]string{"a.example.com", "*.b.example.com", "a.example.com"}, paris(), boston()),
		"no hosts":          ingress([]string{}, paris()),
		"the domain itself": with(ingress([]string{"example.com"}, boston()), func(r *dns.Request) { r.Domain = "example.com" }),
	}
}

// wrongRequests are named by the field that is wrong.
func wrongRequests() map[string]dns.Request {
	long := strings.Repeat("a", 64)
	negative := int64(-1)
	change := func(f func(*dns.Request)) dns.Request { return with(service(paris()), f) }
	return map[string]dns.Request{
		"name is empty":               change(func(r *dns.Request) { r.Name = "" }),
		"name with a dot":             change(func(r *dns.Request) { r.Name = "web.eu" }),
		"name is too long":            change(func(r *dns.Request) { r.Name = long }),
		"namespace is empty":          change(func(r *dns.Request) { r.Namespace = "" }),
		"domain is empty":             change(func(r *dns.Request) { r.Domain = "" }),
		"domain with an empty label":  change(func(r *dns.Request) { r.Domain = "example..com" }),
		"domain with an underscore":   change(func(r *dns.Request) { r.Domain = "my_example.com" }),
		"domain is too long together": change(func(r *dns.Request) { r.Domain = strings.Repeat("abcdefg.", 31) + "com" }),
		"domainRef is empty":          change(func(r *dns.Request) { r.DomainRef = "" }),
		"externalName with a space":   change(func(r *dns.Request) { r.ExternalName = "my web" }),
		"prefix with a hyphen first":  change(func(r *dns.Request) { r.Prefix = "-web" }),
		"prefix makes its own name":   change(func(r *dns.Request) { r.Prefix = "web.shop.prod.svc" }),
		"prefix makes a region's":     change(func(r *dns.Request) { r.Prefix = "web.shop.prod.svc.eu" }),
		"prefix with hosts":           with(ingress([]string{"a.example.com"}), func(r *dns.Request) { r.Prefix = "a" }),
		"hosts with a wildcard last":  ingress([]string{"example.*"}),
		"hosts with an empty one":     ingress([]string{""}),
		"ttl is negative":             change(func(r *dns.Request) { r.TTL = -1 }),
		"ttl is too large":            change(func(r *dns.Request) { r.TTL = 1 << 31 }),
		"routing is unknown":          change(func(r *dns.Request) { r.Routing = "Nearest" }),
		"endpoints without a name":    service(dns.Endpoint{}),
		"endpoints twice the same":    service(paris(), paris()),
		"weight is negative":          service(dns.Endpoint{Cluster: "paris", Weight: &negative}),
		"location for elsewhere":      service(dns.Endpoint{Cluster: "paris", Location: "*"}),
	}
}

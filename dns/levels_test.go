package dns_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/dnstest"
)

func named(e dns.Endpoint, hostnames ...string) dns.Endpoint {
	e.Hostnames = hostnames
	return e
}

func known(r *dns.Request) {
	r.Resolved = map[string][]netip.Addr{
		"a.example.net": {netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("2001:db8::a")},
		"b.example.net": {netip.MustParseAddr("::ffff:198.51.100.2")},
	}
}

func TestAddressesOfBothFamiliesAreBesideEachOther(t *testing.T) {
	result := build(t, dns.Levels{}, service(inWest("192.0.2.1", "2001:DB8:0::1", "::ffff:192.0.2.2")))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1 192.0.2.2", global + " 180 AAAA 2001:db8::1",
		westA + " 180 A 192.0.2.1 192.0.2.2", westA + " 180 AAAA 2001:db8::1",
		west + " 180 A 192.0.2.1 192.0.2.2", west + " 180 AAAA 2001:db8::1",
	}, lines(result.Records))
	require.Empty(t, result.Problems)
}

func TestAHostnameThatIsAloneIsFollowed(t *testing.T) {
	result := build(t, dns.Levels{}, with(service(named(inWest(), "A.example.net.", "a.example.net")), known))
	require.Equal(t, []string{
		global + " 180 CNAME a.example.net", westA + " 180 CNAME a.example.net", west + " 180 CNAME a.example.net",
	}, lines(result.Records))
	require.Empty(t, result.Problems)
}

func TestHostnamesThatAreNotAloneBecomeTheirAddresses(t *testing.T) {
	result := build(t, dns.Levels{}, with(service(named(inWest(), "a.example.net"), named(inEast("192.0.2.1"), "b.example.net")), known))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1 198.51.100.1 198.51.100.2", global + " 180 AAAA 2001:db8::a",
		eastB + " 180 A 192.0.2.1 198.51.100.2", east + " 180 A 192.0.2.1 198.51.100.2",
		westA + " 180 CNAME a.example.net", west + " 180 CNAME a.example.net",
	}, lines(result.Records))
	require.Empty(t, result.Problems)
}

func TestAHostnameWithoutKnownAddressIsLeftOutBesideOthers(t *testing.T) {
	result := build(t, dns.Levels{}, service(named(inWest(), "a.example.net"), inEast("192.0.2.1")))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1",
		eastB + " 180 A 192.0.2.1", east + " 180 A 192.0.2.1",
		westA + " 180 CNAME a.example.net", west + " 180 CNAME a.example.net",
	}, lines(result.Records))
	require.Equal(t, []dns.Problem{{Code: dns.Unresolved, Name: global,
		Message: `no address of hostname "a.example.net" is known, so it is left out: give its addresses`}}, result.Problems)
}

func TestOfSeveralHostnamesWithoutKnownAddressTheFirstIsFollowed(t *testing.T) {
	result := build(t, dns.Levels{}, service(named(inWest(), "b.example.net"), named(inEast(), "a.example.net", "b.example.net")))
	require.Equal(t, global+" 180 CNAME a.example.net", lines(result.Records)[0])
	require.Equal(t, map[string][]dns.Code{global: {dns.OneOfSeveral}, east: {dns.OneOfSeveral}, eastB: {dns.OneOfSeveral}}, codes(result))
	require.Contains(t, result.Problems, dns.Problem{Code: dns.OneOfSeveral, Name: global,
		Message: `a name leads to one name only, so it leads to "a.example.net" and not to b.example.net: give the addresses of hostnames`})
}

func TestTheDomainItselfNeverLeadsToAnotherName(t *testing.T) {
	req := with(ingress([]string{"example.com", "www.example.com"}, named(inWest(), "a.example.net")), func(r *dns.Request) { r.Domain = "Example.com." })
	result := build(t, dns.Levels{}, req)
	require.Equal(t, []string{"www.example.com 180 CNAME a.example.net"}, lines(result.Records))
	require.Equal(t, map[string][]dns.Code{"example.com": {dns.Nowhere, dns.Unresolved}}, codes(result))

	require.Equal(t, []string{
		"example.com 180 A 198.51.100.1", "example.com 180 AAAA 2001:db8::a", "www.example.com 180 CNAME a.example.net",
	}, lines(build(t, dns.Levels{}, with(req, known)).Records))
}

func TestNamesOfAClusterThatIsAwayLeadOn(t *testing.T) {
	away := inEast("192.0.2.2")
	away.Ready, away.Message = false, "the API server does not answer"
	result := build(t, dns.Levels{}, service(inWest("192.0.2.1"), away))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1",
		eastB + " 180 CNAME " + east, east + " 180 CNAME " + global,
		westA + " 180 A 192.0.2.1", west + " 180 A 192.0.2.1",
	}, lines(result.Records))
	require.Equal(t, map[string][]dns.Code{"c2": {dns.NotReady}, east: {dns.LeadsOn}, eastB: {dns.LeadsOn}}, codes(result))
	require.Contains(t, result.Problems, dns.Problem{Code: dns.NotReady, Cluster: "c2",
		Message: "the API server does not answer: nobody is sent there until it is ready"})
}

func TestAZoneLeadsToItsRegionWhereAnotherClusterServes(t *testing.T) {
	other := inWest()
	other.Cluster, other.Zones = "c3", []string{"us-west1-b"}
	result := build(t, dns.Levels{}, service(inWest("192.0.2.1"), other))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1", westA + " 180 A 192.0.2.1", westB + " 180 CNAME " + west, west + " 180 A 192.0.2.1",
	}, lines(result.Records))
	require.Equal(t, map[string][]dns.Code{"c3": {dns.NoAddress}, westB: {dns.LeadsOn}}, codes(result))
}

func TestWhereNobodyServesEveryNameSaysSo(t *testing.T) {
	result := build(t, dns.Levels{}, with(service(inWest()), func(r *dns.Request) { r.Prefix = "foo" }))
	require.Empty(t, result.Records)
	require.Equal(t, map[string][]dns.Code{
		"c1": {dns.NoAddress}, "foo.example.com": {dns.Nowhere}, global: {dns.Nowhere}, west: {dns.Nowhere}, westA: {dns.Nowhere},
	}, codes(result))
}

// A level that cannot be named is left out, and the others stay.
func TestAClusterHasTheLevelsThatItsPlaceAllows(t *testing.T) {
	for name, c := range map[string]struct {
		region string
		zones  []string
		names  []string
		codes  []dns.Code
	}{
		"no region":          {"", []string{"us-west1-a"}, []string{global}, []dns.Code{dns.NoRegion}},
		"no zones":           {"us-west1", nil, []string{global, west}, []dns.Code{dns.NoZones}},
		"neither":            {"", nil, []string{global}, []dns.Code{dns.NoRegion}},
		"an empty zone":      {"us-west1", []string{"", "us-west1-a"}, []string{global, westA, west}, []dns.Code{dns.BadLabel}},
		"a region with dots": {"us.west1", []string{"us-west1-a"}, []string{global}, []dns.Code{dns.BadLabel}},
		"a zone with dots":   {"us-west1", []string{"a.b", "us-west1-a"}, []string{global, westA, west}, []dns.Code{dns.BadLabel}},
		"an underscore":      {"us_west1", nil, []string{global}, []dns.Code{dns.BadLabel}},
		"capitals":           {"US-West1", []string{"US-WEST1-A"}, []string{global, westA, west}, nil},
		"a zone twice":       {"us-west1", []string{"us-west1-a", "US-west1-a"}, []string{global, westA, west}, nil},
		"a long zone":        {"us-west1", []string{strings.Repeat("a", 64)}, []string{global, west}, []dns.Code{dns.BadLabel}},
	} {
		t.Run(name, func(t *testing.T) {
			e := inWest("192.0.2.1")
			e.Region, e.Zones = c.region, c.zones
			result := build(t, dns.Levels{}, service(e))
			var names []string
			for _, r := range result.Records {
				names = append(names, r.Name)
				require.Equal(t, []string{"192.0.2.1"}, r.Targets)
			}
			require.Equal(t, c.names, names)
			require.Equal(t, c.codes, codes(result)["c1"])
		})
	}
}

func TestANameThatIsTooLongIsLeftOutAndTheOthersStay(t *testing.T) {
	req := service(inWest("192.0.2.1"))
	req.Domain = strings.Repeat("abcdefghi.", 22) + "com" // the name for everywhere has 241 characters
	result := build(t, dns.Levels{}, req)
	require.Len(t, result.Records, 2)
	require.Len(t, result.Problems, 1)
	require.Equal(t, dns.NameTooLong, result.Problems[0].Code)
	require.Equal(t, "web.shop.prod.svc.us-west1-a.us-west1."+req.Domain, result.Problems[0].Name)
}

func TestTargetsThatCannotBePublishedAreLeftOut(t *testing.T) {
	e := inWest("192.0.2.1", "", "192.0.2", "192.0.2", "0.0.0.0", "::", "fe80::1%eth0", "224.0.0.1")
	e.Hostnames = []string{"no_host", "WEB.shop.prod.svc.example.com.", "foo.example.com", "192.0.2.7"}
	result := build(t, dns.Levels{}, with(service(e), func(r *dns.Request) { r.Prefix = "foo" }))
	require.Contains(t, lines(result.Records), global+" 180 A 192.0.2.1 192.0.2.7")
	require.Equal(t, []string{"c1"}, about(result), "only the cluster has problems")
	require.Len(t, result.Problems, 9, "each is told once")
	require.Contains(t, result.Problems, dns.Problem{Code: dns.BadTarget, Cluster: "c1",
		Message: `hostname "WEB.shop.prod.svc.example.com.": it is a name that is made here, and would lead to itself; it is left out: mend the status of the load balancer there`})
}

func about(result dns.Result) []string {
	var all []string
	for name := range codes(result) {
		all = append(all, name)
	}
	return all
}

func TestAnErrorNamesEveryWrongFieldAndTheMend(t *testing.T) {
	_, err := dns.Levels{}.Build(t.Context(), dns.Request{
		Namespace: "shop", Name: "my.web", Domain: "example..com", Prefix: "-foo", TTL: -3,
		Endpoints: []dns.Endpoint{{Cluster: "c1"}, {Cluster: "c1"}},
	})
	require.EqualError(t, err, `dns: name: "my.web" is no DNS label: use letters, digits, and "-" between them
domain: "example..com" has an empty label: remove a dot
domainRef: is empty: set it, or hosts for an ingress
prefix: "-foo" is no DNS label: use letters, digits, and "-" between them
ttl: -3 is not between 0, which is 180 seconds, and 2147483647
endpoints: cluster "c1" is there twice: remove one, or put its addresses together`)
	_, err = dns.Levels{Hostnames: "Ask"}.Build(t.Context(), service())
	require.EqualError(t, err, `dns: hostnames: "Ask" is unknown: take "Resolve", or leave it empty`)
}

func TestHostnamesToResolveAreThoseOfClustersThatAreReady(t *testing.T) {
	away := named(inEast(), "c.example.net")
	away.Ready = false
	require.Equal(t, []string{"a.example.net", "b.example.net"},
		service(named(inWest(), "B.example.net.", "a.example.net", "b.example.net", "192.0.2.1", "no_host"), away).Hostnames())
}

func TestANameThatNobodyServesCanAnswerAsTheNextLevelDoes(t *testing.T) {
	eu := dns.Endpoint{Cluster: "c1", Region: "eu", Zones: []string{"eu-a"}, Ready: true, Addresses: []string{"192.0.2.1", "2001:db8::1"}}
	us := dns.Endpoint{Cluster: "c2", Region: "us", Zones: []string{"us-a"}}
	req := dns.Request{Namespace: "shop", Name: "web", DomainRef: "prod", Domain: "example.com", Prefix: "shop", Endpoints: []dns.Endpoint{eu, us}}
	result, err := dns.Levels{Fallback: dns.Answer}.Build(t.Context(), req)
	require.NoError(t, err)
	dnstest.Check(t, req, result)
	kinds := map[string][]string{}
	for _, r := range result.Records {
		kinds[r.Name] = append(kinds[r.Name], string(r.Type)+" "+r.Targets[0])
	}
	own := []string{"A 192.0.2.1", "AAAA 2001:db8::1"}
	require.Equal(t, map[string][]string{
		"web.shop.prod.svc.example.com": own, "web.shop.prod.svc.eu.example.com": own, "web.shop.prod.svc.eu-a.eu.example.com": own,
		"web.shop.prod.svc.us.example.com": own, "web.shop.prod.svc.us-a.us.example.com": own,
		"shop.example.com": {"CNAME web.shop.prod.svc.example.com"},
	}, kinds)
	require.Contains(t, result.Problems[1].Message, `it answers as "web.shop.prod.svc.example.com"`)
}

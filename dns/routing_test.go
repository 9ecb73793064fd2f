package dns_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
)

var (
	weights   = dns.Provider{Weight: "aws/weight"}
	continent = dns.Provider{
		Location: "aws/geolocation-continent-code", Elsewhere: dns.Property{Name: "aws/geolocation-country-code", Value: "*"},
	}
	latency = dns.Provider{Location: "aws/region"}
)

func routed(routing dns.Routing, provider dns.Provider, endpoints ...dns.Endpoint) dns.Request {
	for i := range endpoints {
		endpoints[i].Region = "" // one level is enough
	}
	req := service(endpoints...)
	req.Routing, req.Provider = routing, provider
	return req
}

func at(location string, e dns.Endpoint) dns.Endpoint {
	e.Location = location
	return e
}

// recordsAndNames are the records, and the problems of names.
func recordsAndNames(t *testing.T, req dns.Request) ([]string, []dns.Problem) {
	result := build(t, dns.Levels{}, req)
	var names []dns.Problem
	for _, p := range result.Problems {
		if p.Cluster == "" {
			names = append(names, p)
		}
	}
	return lines(result.Records), names
}

func TestByWeightEachClusterHasASetOfItsOwn(t *testing.T) {
	heavy, weight := inWest("192.0.2.1", "2001:db8::1"), int64(3)
	heavy.Weight = &weight
	records, problems := recordsAndNames(t, routed(dns.Weighted, weights, heavy, inEast("192.0.2.2")))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1 [c1 aws/weight=3]",
		global + " 180 A 192.0.2.2 [c2 aws/weight=1]",
		global + " 180 AAAA 2001:db8::1 [c1 aws/weight=3]",
	}, records)
	require.Empty(t, problems)
}

func TestByWeightHostnamesNeedNoAddresses(t *testing.T) {
	records, problems := recordsAndNames(t, routed(dns.Weighted, weights, named(inWest(), "a.example.net"), named(inEast(), "b.example.net")))
	require.Equal(t, []string{
		global + " 180 CNAME a.example.net [c1 aws/weight=1]",
		global + " 180 CNAME b.example.net [c2 aws/weight=1]",
	}, records)
	require.Empty(t, problems)
}

func TestByLocationClustersOfOneShareASetAndNobodyIsLeftWithout(t *testing.T) {
	third := inWest("192.0.2.3")
	third.Cluster = "c3"
	records, problems := recordsAndNames(t, routed(dns.Located, continent, at("NA", inWest("192.0.2.1")), inEast("192.0.2.2"), at("NA", third)))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.1 192.0.2.2 192.0.2.3 [* aws/geolocation-country-code=*]",
		global + " 180 A 192.0.2.1 192.0.2.3 [NA aws/geolocation-continent-code=NA]",
	}, records)
	require.Empty(t, problems)
}

func TestAProviderThatFindsALocationForEveryClientNeedsNoElsewhere(t *testing.T) {
	records, problems := recordsAndNames(t, routed(dns.Located, latency, at("us-west-1", inWest("192.0.2.1")), at("us-east-1", inEast("192.0.2.2"))))
	require.Equal(t, []string{
		global + " 180 A 192.0.2.2 [us-east-1 aws/region=us-east-1]",
		global + " 180 A 192.0.2.1 [us-west-1 aws/region=us-west-1]",
	}, records)
	require.Empty(t, problems)
}

// Two record sets of one name and type replace each other for ever where the
// provider knows no set identifiers.
func TestWithoutSupportThereIsOneSetAndAProblem(t *testing.T) {
	for name, req := range map[string]dns.Request{
		"weights":                routed(dns.Weighted, continent, inWest("192.0.2.1"), inEast("192.0.2.2")),
		"locations":              routed(dns.Located, weights, at("NA", inWest("192.0.2.1")), inEast("192.0.2.2")),
		"a cluster has none set": routed(dns.Located, latency, at("us-west-1", inWest("192.0.2.1")), inEast("192.0.2.2")),
	} {
		t.Run(name, func(t *testing.T) {
			records, problems := recordsAndNames(t, req)
			require.Equal(t, []string{global + " 180 A 192.0.2.1 192.0.2.2"}, records)
			require.Len(t, problems, 1)
			require.Equal(t, dns.NotRouted, problems[0].Code)
		})
	}
}

func TestARoutedNameThatNobodyServesLeadsOnPlainly(t *testing.T) {
	req := service(inWest("192.0.2.1"), inEast())
	req.Routing, req.Provider = dns.Weighted, weights
	require.Contains(t, lines(build(t, dns.Levels{}, req).Records), east+" 180 CNAME "+global)
}

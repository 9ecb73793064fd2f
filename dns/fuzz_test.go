package dns_test

import (
	"net/netip"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/dnstest"
	"github.com/fedrail/fedrail/federation"
)

// FuzzBuild builds requests from bytes and checks what holds for every result: it
// is proper, so that no name leads to one that does not exist and none is there
// twice; it is repeatable in any order; and carrying out the difference to another
// result leaves no difference.
func FuzzBuild(f *testing.F) {
	f.Add([]byte{3, 1, 2, 3})
	f.Add([]byte{0, 1, 2, 4, 1, 1, 1, 2, 1, 0, 1, 2, 1, 1, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9})
	f.Add([]byte{1, 0, 2, 5, 0, 3, 7, 1, 6, 2, 8, 4, 9, 3, 1, 1, 2, 0, 3, 2, 2, 1, 0, 5, 6, 7, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, seed []byte) {
		bytes := dice(seed)
		var before []dns.RecordSet
		for range 2 {
			req := bytes.request()
			builder := dns.Levels{Hostnames: pick(&bytes, dns.Follow, dns.Resolve), Fallback: pick(&bytes, dns.Lead, dns.Answer)}
			result, err := builder.Build(t.Context(), req)
			require.NoError(t, err)
			dnstest.Check(t, req, result)
			dnstest.CheckOrder(t, builder, req, result)
			after := carryOut(before, dns.Diff(dns.Have{Ours: before}, result.Records))
			require.True(t, dns.Diff(dns.Have{Ours: after}, result.Records).Empty())
			before = after
		}
	})
}

// carryOut is what a zone holds after the changes.
func carryOut(have []dns.RecordSet, c dns.Changes) []dns.RecordSet {
	zone := map[string]dns.RecordSet{}
	key := func(r dns.RecordSet) string { return r.Name + " " + string(r.Type) + " " + r.SetIdentifier }
	for _, r := range have {
		zone[key(r)] = r
	}
	for _, r := range c.Delete {
		delete(zone, key(r))
	}
	for _, u := range c.Update {
		zone[key(u.New)] = u.New
	}
	for _, r := range c.Create {
		zone[key(r)] = r
	}
	var after []dns.RecordSet
	for _, r := range zone {
		after = append(after, r)
	}
	return after
}

// dice makes choices from bytes; when they run out, it always chooses the first.
type dice []byte

func (d *dice) roll(sides int) int {
	if len(*d) == 0 {
		return 0
	}
	rolled := int((*d)[0]) % sides
	*d = (*d)[1:]
	return rolled
}

func pick[T any](d *dice, from ...T) T { return from[d.roll(len(from))] }

func some[T any](d *dice, from ...T) []T {
	var all []T
	for range d.roll(4) {
		all = append(all, pick(d, from...))
	}
	return all
}

func (d *dice) request() dns.Request {
	req := dns.Request{Namespace: "shop", Name: "web", Domain: "example.com", TTL: int64(d.roll(3)) * 60}
	if d.roll(3) == 1 {
		req.Hosts = append([]string{}, some(d, "example.com", "a.example.com", "*.example.com", "B.example.com.")...)
	} else {
		req.DomainRef = "prod"
		req.Prefix = pick(d, "", "shop", "*", "svc", "prod.svc")
		req.ExternalName = pick(d, "", "pub", "a.b")
	}
	for i := range d.roll(6) {
		req.Endpoints = append(req.Endpoints, d.endpoint(i))
	}
	if d.roll(2) == 1 {
		req.Resolved = map[string][]netip.Addr{
			"a.example.net": {netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("2001:db8::a")},
			"b.example.net": {netip.MustParseAddr("::ffff:198.51.100.2")},
			"c.example.net": {{}},
		}
	}
	req.Routing = pick(d, dns.Together, dns.Weighted, dns.Located)
	req.Provider = pick(d, dns.Provider{}, weights, continent, latency)
	return req
}

func (d *dice) endpoint(i int) dns.Endpoint {
	e := dns.Endpoint{
		Cluster: federation.ClusterName("c" + strconv.Itoa(i)),
		Region:  pick(d, "eu", "US", "", "a.b", "svc"), Zones: some(d, "a", "b", "A", "", "x_y", "eu"),
		Ready:     d.roll(4) > 0,
		Addresses: some(d, "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:DB8::1", "::ffff:192.0.2.1", "0.0.0.0", "none"),
		Hostnames: some(d, "a.example.net", "b.example.net", "B.example.net.", "c.example.net", "d.example.net", "192.0.2.3",
			"web.shop.prod.svc.example.com", "pub.shop.prod.svc.eu.example.com", "shop.example.com", "a.example.com", "x_y", ""),
		Location: pick(d, "", "EU", "NA"),
	}
	if d.roll(2) == 1 {
		weight := int64(d.roll(3))
		e.Weight = &weight
	}
	return e
}

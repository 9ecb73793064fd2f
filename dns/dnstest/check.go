package dnstest

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
)

// Check fails the test where the result is not a proper answer to the request:
// whoever fuzzes a builder calls it on each result.
func Check(t testing.TB, req dns.Request, result dns.Result) {
	t.Helper()
	require.True(t, len(result.Records)+len(result.Problems) > 0, "where there is no record, something says why")
	for _, p := range result.Problems {
		require.NotEmpty(t, p.Code, "%+v", p)
		require.NotEmpty(t, p.Message, "%+v", p)
	}
	require.True(t, slices.IsSortedFunc(result.Problems, func(a, b dns.Problem) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Code, b.Code))
	}), "problems are in order: %+v", result.Problems)
	for i, r := range result.Records {
		require.True(t, i == 0 || compare(result.Records[i-1], r) < 0, "in order, none twice: %+v", result.Records)
		checkRecord(t, req, r)
		checkNeighbours(t, result.Records, r)
		checkChain(t, req, result.Records, r)
	}
}

func compare(a, b dns.RecordSet) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type), cmp.Compare(a.SetIdentifier, b.SetIdentifier))
}

var name = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

func checkRecord(t testing.TB, req dns.Request, r dns.RecordSet) {
	t.Helper()
	require.Regexp(t, name, r.Name)
	require.LessOrEqual(t, len(r.Name), 253, r.Name)
	require.True(t, requested(req, r.Name), "%q is in the domain, or a host", r.Name)
	require.Equal(t, cmp.Or(req.TTL, dns.DefaultTTL), r.TTL, "%+v", r)
	require.NotEmpty(t, r.Targets, "%+v", r)
	require.True(t, slices.IsSorted(r.Targets), "%+v", r)
	require.Len(t, slices.Compact(slices.Clone(r.Targets)), len(r.Targets), "%+v", r)
	require.Equal(t, r.SetIdentifier == "", len(r.ProviderSpecific) == 0, "a set has an identifier and what it is chosen by: %+v", r)
	for _, p := range r.ProviderSpecific {
		require.Contains(t, []string{req.Provider.Weight, req.Provider.Location, req.Provider.Elsewhere.Name}, p.Name, "the provider is declared to support it")
	}
	for _, target := range r.Targets {
		checkTarget(t, req, r, target)
	}
}

// requested tells whether a name may be made for the request.
func requested(req dns.Request, name string) bool {
	if req.Hosts != nil {
		return slices.ContainsFunc(req.Hosts, func(host string) bool { return plain(host) == name })
	}
	return strings.HasSuffix(name, "."+plain(req.Domain))
}

func plain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func checkTarget(t testing.TB, req dns.Request, r dns.RecordSet, target string) {
	t.Helper()
	if r.Type == dns.CNAME {
		require.Len(t, r.Targets, 1, "a name leads to one name: %+v", r)
		require.Regexp(t, name, target)
		require.NotEqual(t, plain(req.Domain), r.Name, "a domain itself leads nowhere else")
		return
	}
	address, err := netip.ParseAddr(target)
	require.NoError(t, err, "%+v", r)
	require.Equal(t, target, address.String(), "addresses have one spelling")
	require.Equal(t, r.Type == dns.A, address.Is4(), "%+v", r)
	require.Contains(t, []dns.Type{dns.A, dns.AAAA}, r.Type, "%+v", r)
	require.True(t, serves(req, address), "%s is an address of no cluster that is ready", address)
}

// serves tells whether clients may be sent to an address.
func serves(req dns.Request, address netip.Addr) bool {
	return slices.ContainsFunc(req.Endpoints, func(e dns.Endpoint) bool {
		is := func(text string) bool {
			a, err := netip.ParseAddr(text)
			return err == nil && a.Unmap() == address
		}
		resolves := func(host string) bool {
			return slices.ContainsFunc(req.Resolved[plain(host)], func(a netip.Addr) bool { return a.Unmap() == address })
		}
		return e.Ready && (slices.ContainsFunc(e.Addresses, is) || slices.ContainsFunc(e.Hostnames, is) || slices.ContainsFunc(e.Hostnames, resolves))
	})
}

// checkNeighbours looks at what else there is at the name of a record.
func checkNeighbours(t testing.TB, all []dns.RecordSet, r dns.RecordSet) {
	t.Helper()
	for _, other := range all {
		if other.Name != r.Name {
			continue
		}
		require.Equal(t, r.Type == dns.CNAME, other.Type == dns.CNAME, "no address is beside a CNAME: %q", r.Name)
		require.Equal(t, r.SetIdentifier == "", other.SetIdentifier == "", "sets with and without identifier: %q", r.Name)
	}
}

// checkChain follows a record to its end, which is an address, or a hostname of a
// cluster that is ready.
func checkChain(t testing.TB, req dns.Request, all []dns.RecordSet, r dns.RecordSet) {
	t.Helper()
	for range all {
		if r.Type != dns.CNAME {
			return
		}
		next := slices.IndexFunc(all, func(other dns.RecordSet) bool { return other.Name == r.Targets[0] })
		if next < 0 {
			require.True(t, slices.ContainsFunc(req.Endpoints, func(e dns.Endpoint) bool {
				return e.Ready && slices.ContainsFunc(e.Hostnames, func(h string) bool { return plain(h) == r.Targets[0] })
			}), "%q ends at %q, which does not exist", r.Name, r.Targets[0])
			return
		}
		r = all[next]
	}
	require.Fail(t, "names lead in a circle", "%+v", all)
}

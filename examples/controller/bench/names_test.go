package main

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation/budget"
)

func zonedClusters(n int) (all []federation.Cluster) {
	for i := range n {
		all = append(all, zoned(i))
	}
	return all
}

func TestEveryServiceHasAnAddressOfItsOwnInEachCluster(t *testing.T) {
	clusters := zonedClusters(20)
	p, seen := newPretended(clusters, 600), map[string]bool{}
	for _, c := range clusters {
		for i := range 600 {
			e, err := p.Look(c.Name, exposure.Subject{Name: service(i)})
			require.NoError(t, err)
			require.True(t, e.Found && e.LoadBalancer && e.ReadyEndpoints == 1)
			require.Len(t, e.Addresses, 1)
			require.False(t, seen[e.Addresses[0]], e.Addresses)
			seen[e.Addresses[0]] = true
		}
	}
}

func TestEveryDNSEndpointChangesWhenTheFirstClusterFails(t *testing.T) {
	wanted, err := expect(t.Context(), zonedClusters(20), 10)
	require.NoError(t, err)
	require.Equal(t, 10, differing(wanted[true], wanted[false]))
	for i := range 10 {
		name := "service-" + service(i)
		require.Contains(t, wanted[true][name], address(i, 0))
		require.NotRegexp(t, `\b`+address(i, 0)+`\b`, wanted[false][name])
	}
}

func TestADNSEndpointThatIsWrongMissingOrTooMuchIsNotRight(t *testing.T) {
	wanted := answers{"one": "a", "two": "b"}
	require.NoError(t, answers{"one": "a", "two": "b"}.check(wanted))
	for name, c := range map[string]struct {
		found answers
		want  string
	}{
		"wrong":    {answers{"one": "a", "two": "a"}, "1 of 2 DNSEndpoints are right, and two is not: it says\na\nand should say\nb"},
		"missing":  {answers{"one": "a"}, "1 of 2 DNSEndpoints are missing"},
		"too much": {answers{"one": "a", "two": "b", "three": ""}, "three should not be there"},
	} {
		t.Run(name, func(t *testing.T) { require.EqualError(t, c.found.check(wanted), c.want) })
	}
}

func TestWritesAreNoReads(t *testing.T) {
	made := budget.Requests{
		{Verb: "patch", Resource: "dnsendpoints"}:                             3,
		{Verb: "watch", Resource: "dnsendpoints"}:                             5,
		{Verb: "patch", Resource: "servicednsrecords", Subresource: "status"}: 4,
		{Verb: "create", Resource: "events"}:                                  1,
	}
	require.Equal(t, []int{3, 4, 8}, []int{writes(made, "dnsendpoints"), writes(made, "servicednsrecords"), writes(made, "")})
}

func TestWhoWatchesCountsWhatIsRight(t *testing.T) {
	says := func(name, target string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: fields{"metadata": fields{"name": name}, "spec": fields{"endpoints": []any{
			fields{"dnsName": "a", "recordType": "A", "recordTTL": int64(180), "targets": []any{target}}}}}}
	}
	s := &sighting{says: answers{}}
	s.see(nil, says("one", "10.0.0.1"))
	all := s.want(answers{"one": "a 180 A [10.0.0.1]", "two": "a 180 A [10.0.0.2]"})
	require.Equal(t, "1 of 2 DNSEndpoints are right", s.far())
	s.see(says("one", "10.0.0.1"), says("one", "10.0.0.9"))
	s.see(nil, says("two", "10.0.0.2"))
	s.see(says("two", "10.0.0.2"), nil)
	require.Equal(t, "0 of 2 DNSEndpoints are right", s.far())
	s.see(nil, says("two", "10.0.0.2"))
	s.see(says("one", "10.0.0.9"), says("one", "10.0.0.1"))
	<-all
	<-s.want(s.wanted) // it is so already
}

package clusterset

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// BenchmarkDecide decides on a service that 100 clusters export, with 30,000
// endpoints, when one of its 300 slices has changed.
func BenchmarkDecide(b *testing.B) {
	s := scene{federation: "test", key: propagation.Key{Namespace: "shop", Name: "web"}, fares: fares{slices: map[string]status.Summary{}}}
	var everywhere []status.Observation
	for n := range 100 {
		cluster := federation.ClusterName(fmt.Sprintf("cluster-%d", n))
		m := addressed(exporter(cluster, n, "10.0.0.1"), "10.0.0.7")
		m.slices = nil
		for k := range 3 {
			m.slices = append(m.slices, big(fmt.Sprintf("web-%d", k)))
		}
		s.members = append(s.members, m)
		everywhere = append(everywhere, status.Observation{Cluster: cluster})
	}
	s.fares.imported.Clusters, s.fares.service.Clusters = everywhere, everywhere
	d, err := s.decide(noon)
	require.NoError(b, err)
	for name := range d.slices {
		s.fares.slices[name] = status.Summary{Clusters: everywhere}
	}
	for b.Loop() {
		s.made = d.slices
		s.members[0].slices[0] = big("web-0")
		d, err = s.decide(noon)
		require.NoError(b, err)
	}
}

func big(name string) *discoveryv1.EndpointSlice {
	s := slice(name, "10.0.0.1")
	for n := range 99 {
		e := s.Endpoints[0]
		e.Addresses = []string{fmt.Sprintf("10.0.1.%d", n)}
		s.Endpoints = append(s.Endpoints, e)
	}
	return s
}

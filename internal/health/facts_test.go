package health_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/health"
)

func node(name string, labels map[string]string) health.Node {
	var n health.Node
	n.Metadata.Name, n.Metadata.Labels = name, labels
	return n
}

func TestTopology(t *testing.T) {
	const zone, region = "topology.kubernetes.io/zone", "topology.kubernetes.io/region"
	const oldZone, oldRegion = "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"
	tests := map[string]struct {
		nodes  []health.Node
		region string
		zones  []string
	}{
		"no nodes":            {},
		"nodes without words": {nodes: []health.Node{node("a", nil)}},
		"each zone once, in order": {
			nodes: []health.Node{
				node("a", map[string]string{zone: "z2", region: "eu"}),
				node("b", map[string]string{zone: "z1", region: "eu"}),
				node("c", map[string]string{zone: "z2", region: "eu"}),
			},
			region: "eu", zones: []string{"z1", "z2"},
		},
		"the region of the first by name": {
			nodes:  []health.Node{node("b", map[string]string{region: "us"}), node("c", nil), node("a", map[string]string{region: "eu"})},
			region: "eu",
		},
		"the labels of old": {
			nodes:  []health.Node{node("a", map[string]string{oldZone: "z1", oldRegion: "eu"})},
			region: "eu", zones: []string{"z1"},
		},
		"the labels of today win": {
			nodes:  []health.Node{node("a", map[string]string{oldZone: "z1", zone: "z2"})},
			region: "", zones: []string{"z2"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			region, zones := health.Topology(test.nodes)
			require.Equal(t, test.region, region)
			require.Equal(t, test.zones, zones)
		})
	}
}

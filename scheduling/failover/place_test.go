package failover_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// in is a cluster that is ready, in a region and some of its zones.
func in(name federation.ClusterName, region string, zones ...string) failover.Cluster {
	return failover.Cluster{Member: federation.Cluster{Name: name, Ready: true, Region: region, Zones: zones}, Want: &scheduling.Preference{Weight: 1}}
}

// given is what each of the clusters is told to have of twelve.
func given(t *testing.T, planner scheduling.Planner, clusters ...failover.Cluster) map[federation.ClusterName]int64 {
	t.Helper()
	d, err := failover.Decider{Planner: planner}.Decide(t.Context(), failover.Request{Now: time.Unix(1e9, 0), Key: "shop/web", Total: 12, Clusters: clusters})
	require.NoError(t, err)
	all := map[federation.ClusterName]int64{}
	for _, s := range d.Steps {
		all[s.Cluster] = s.Give
	}
	return all
}

func TestReplicasAreSpreadOverTheRegionsAndZonesOfMembers(t *testing.T) {
	type by = map[federation.ClusterName]int64
	for name, c := range map[string]struct {
		clusters []failover.Cluster
		want     by
	}{
		"regions": {[]failover.Cluster{in("a", "eu"), in("b", "eu"), in("c", "us")}, by{"a": 3, "b": 3, "c": 6}},
		"zones":   {[]failover.Cluster{in("a", "eu", "eu-1"), in("b", "eu", "eu-1"), in("c", "eu", "eu-2")}, by{"a": 3, "b": 3, "c": 6}},
		"regions, then their zones": {[]failover.Cluster{in("a", "eu", "1"), in("b", "eu", "1"), in("c", "eu", "2"), in("d", "us", "1")},
			by{"a": 2, "b": 1, "c": 3, "d": 6}},
		"several zones are a place of their own": {[]failover.Cluster{in("a", "eu", "eu-1", "eu-2"), in("b", "eu", "eu-1"), in("c", "eu", "eu-2"), in("d", "eu")},
			by{"a": 3, "b": 3, "c": 3, "d": 3}},
		"the same several, in whatever order, are one": {[]failover.Cluster{in("a", "eu", "eu-1", "eu-2"), in("b", "eu", "eu-2", "eu-1"), in("c", "eu", "eu-1")},
			by{"a": 3, "b": 3, "c": 6}},
		"other several are another": {[]failover.Cluster{in("a", "eu", "eu-1", "eu-2"), in("b", "eu", "eu-1", "eu-2"), in("c", "eu", "eu-2", "eu-3")},
			by{"a": 3, "b": 3, "c": 6}},
	} {
		require.Equal(t, c.want, given(t, scheduling.Spread{}, c.clusters...), name)
	}
}

func TestReplicasGoWhereTheyCostLess(t *testing.T) {
	cheap, dear := in("a", "eu"), in("b", "eu")
	cheap.Cost, dear.Cost = 1, 3
	require.Equal(t, map[federation.ClusterName]int64{"a": 9, "b": 3}, given(t, scheduling.Cost{}, cheap, dear))
}

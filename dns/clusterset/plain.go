package clusterset

import (
	"cmp"
	"slices"

	"github.com/fedrail/fedrail/status"
)

// plain is the Aggregator of what is made here: what was seen in each cluster, and
// nothing else, for it is kept in memory.
type plain struct{}

var _ status.Aggregator = plain{}

// Aggregate implements [status.Aggregator].
func (plain) Aggregate(f status.Facts) status.Summary {
	clusters := slices.Clone(f.Observations)
	slices.SortFunc(clusters, func(a, b status.Observation) int { return cmp.Compare(a.Cluster, b.Cluster) })
	return status.Summary{Generation: f.Generation, Clusters: clusters}
}

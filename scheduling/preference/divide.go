package preference

import (
	"context"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// shares are numbers by cluster.
type shares map[federation.ClusterName]int64

// divide divides a field in proportion to what each cluster got of the first one.
// Told is what clusters were told before.
func (f field) divide(ctx context.Context, key string, first, told shares) (shares, error) {
	all := shares{}
	ask := scheduling.Request{Key: key, Total: f.total, Rebalance: true}
	for name, weight := range first {
		if kept, set := told[name]; f.once && set {
			all[name] = kept
			ask.Total = max(ask.Total-kept, 0)
			continue
		}
		c := scheduling.Candidate{Name: name}
		if weight > 0 {
			c.Want = &scheduling.Preference{Weight: weight, Min: f.least}
		}
		ask.Clusters = append(ask.Clusters, c)
	}
	plan, err := scheduling.Fair{}.Plan(ctx, ask)
	if err != nil {
		return nil, err
	}
	for _, s := range plan.Shares {
		all[s.Cluster] = s.Replicas
		if first[s.Cluster] > 0 {
			all[s.Cluster] = max(s.Replicas, f.least)
		}
	}
	return all, nil
}

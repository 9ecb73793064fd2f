package failover_test

import (
	"time"

	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation"
)

// noon is when the tests begin.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

var policy = failover.Policy{Keep: 30 * time.Second, Return: 10 * time.Second}

// cluster is one that can be sent to, at an address of its own.
func cluster(name, address string) failover.Cluster {
	return failover.Cluster{
		Cluster: federation.Cluster{Name: federation.ClusterName(name), Ready: true, Turned: noon.Add(-24 * time.Hour)},
		Sight:   failover.Sight{Balancer: failover.Balancer{Addresses: []string{address}}},
	}
}

// away has a cluster be not ready since a time.
func away(c failover.Cluster, since time.Time) failover.Cluster {
	c.Ready, c.Turned, c.Message = false, since, "no answer"
	return c
}

// back has a cluster be ready since a time.
func back(c failover.Cluster, since time.Time) failover.Cluster {
	c.Ready, c.Turned, c.Message = true, since, ""
	return c
}

// film decides again and again, each time with what was decided before.
type film struct {
	policy failover.Policy
	past   map[federation.ClusterName]failover.Past
}

func (f *film) at(now time.Time, clusters ...failover.Cluster) failover.Decision {
	if f.past == nil {
		f.past = map[federation.ClusterName]failover.Past{}
	}
	for i := range clusters {
		clusters[i].Past = f.past[clusters[i].Name]
	}
	d := f.policy.Decide(clusters, now)
	for _, s := range d.Sites {
		f.past[s.Cluster] = s.Past()
	}
	return d
}

// states are those of the sites, in their order.
func states(d failover.Decision) []failover.State {
	var all []failover.State
	for _, s := range d.Sites {
		all = append(all, s.State)
	}
	return all
}

package externaldns

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// question is all that an outcome is made from.
type question struct {
	entry
	domain   v1alpha1.Domain // zero where the record speaks of none
	clusters []failover.Cluster
	nowhere  *trouble // why there are no clusters at all; nil while there are
	now      time.Time
	leaving  time.Time // when the first cluster is about to go of those that are not yet; zero when none is
}

// ask reads all that an outcome is made from.
func (c *Controller) ask(e entry, now time.Time) (question, error) {
	q := question{entry: e, now: now}
	var err error
	if q.domain, err = c.domainOf(e); err != nil {
		return question{}, err
	}
	p, err := c.placementOf(e)
	if err != nil {
		return question{}, err
	}
	if q.nowhere = p.nowhere; q.nowhere != nil {
		c.Exposures.Release(e.id().String())
		return q, nil
	}
	c.Exposures.Follow(e.id().String(), exposure.Following{Subject: e.subject(), Clusters: p.clusters, Endpoints: !e.withoutEndpoints})
	pasts := pastsOf(e.status)
	for member := range c.Registry.Snapshot().All() {
		cluster := failover.Cluster{Cluster: member, Leaves: q.leaves(member, p, c.remembered(e))}
		var told bool
		cluster.Past, told = pasts[member.Name]
		_, placed := slices.BinarySearch(p.clusters, member.Name)
		switch left := told && member.Leaving == "" && cluster.Leaves != ""; {
		case !placed && !left: // what has left because of a taint keeps its names, which lead on
			continue
		case cluster.Leaves == "":
			seen, err := c.Exposures.Look(member.Name, e.subject())
			if errors.Is(err, exposure.ErrNotSeen) && member.Ready {
				return question{}, errNotSeen
			}
			cluster.Sight = e.sightOf(seen, err)
		}
		q.clusters = append(q.clusters, cluster)
	}
	return q, nil
}

// leaves says why what is in a cluster is about to go; empty is that it stays. What is
// tolerated for a while is about to go when no more is left than clients remember.
func (q *question) leaves(c federation.Cluster, p placement, remembered time.Duration) string {
	if c.Leaving != "" {
		return "the cluster is leaving the federation"
	}
	v := federation.Tolerate(c.Taints, p.tolerations)
	if !v.Leave {
		return ""
	}
	if from := v.Until.Add(-remembered); q.now.Before(from) {
		if q.leaving.IsZero() || from.Before(q.leaving) {
			q.leaving = from
		}
		return ""
	}
	return fmt.Sprintf("the cluster has the taint %s, so what is there is about to go", v.Taint.ToString())
}

// mostTargets are how many addresses, and how many hostnames, of one cluster are
// published. A member that says more than any load balancer has would be able to make
// the records of all clusters too large to be written.
const mostTargets = 64

// sightOf is what was seen of the copy of an object in a cluster.
func (e entry) sightOf(seen exposure.Exposure, err error) failover.Sight {
	s := failover.Sight{Balancer: failover.Balancer{Addresses: first(seen.Addresses), Hostnames: first(seen.Hostnames)}}
	switch {
	case err != nil:
		s.Lacks, s.Message = failover.NotWatched, err.Error()
	case !seen.Found || seen.Deleting:
		s.Lacks, s.Message = failover.NotThere, "the cluster has no copy: look at the status of the federated object"
	case !seen.LoadBalancer:
		s.Lacks, s.Message = failover.NoLoadBalancer, "its copy is no Service of type LoadBalancer, so it has no address: change spec.type"
	case s.Balancer.IsEmpty():
		s.Lacks, s.Message = failover.NoAddress, "its load balancer has no address: wait for one, or look at the events of the "+e.target.Kind+" there"
	case !e.withoutEndpoints && seen.ReadyEndpoints == 0:
		s.Lacks, s.Message = failover.NoEndpoints, "no pod of the Service is ready there: look at its pods, or set spec.allowServiceWithoutEndpoints"
	}
	switch n := max(len(seen.Addresses), len(seen.Hostnames)); {
	case s.Lacks != "":
		s.Balancer = failover.Balancer{}
	case n > mostTargets:
		s.Message = fmt.Sprintf("its load balancer has %d addresses or hostnames: the first %d are published", n, mostTargets)
	}
	return s
}

func first(all []string) []string { return all[:min(len(all), mostTargets)] }

// pastsOf are what was decided of the clusters last, as the status keeps it.
func pastsOf(s v1alpha1.DNSRecordStatus) map[federation.ClusterName]failover.Past {
	all := make(map[federation.ClusterName]failover.Past, len(s.DNS))
	for _, c := range s.DNS {
		p := failover.Past{State: failover.State(c.Reason)}
		if c.Reason == "" && len(c.LoadBalancer.Ingress) > 0 {
			p.State = failover.Serving // KubeFed gave no reasons
		}
		for _, in := range c.LoadBalancer.Ingress {
			if in.IP != "" {
				p.Balancer.Addresses = append(p.Balancer.Addresses, in.IP)
			}
			if in.Hostname != "" {
				p.Balancer.Hostnames = append(p.Balancer.Hostnames, in.Hostname)
			}
		}
		for _, t := range c.Failures {
			p.Failures = append(p.Failures, t.UTC())
		}
		all[federation.ClusterName(c.Cluster)] = p
	}
	return all
}

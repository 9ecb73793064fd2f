package externaldns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedrail/fedrail/dns"
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
}

// outcome is what is to be published, and why not more.
type outcome struct {
	question
	failover.Decision
	dns.Result
	taken []string // the names that another record has
}

// decide says to which clusters clients are sent.
func (q question) decide() outcome {
	return outcome{question: q, Decision: q.policy().Decide(q.clusters, q.now)}
}

// leaves says why what is in a cluster is about to go; empty is that it stays.
func leaves(c federation.Cluster, p placement) string {
	if c.Leaving != "" {
		return "the cluster is leaving the federation"
	}
	if v := federation.Tolerate(c.Taints, p.tolerations); v.Leave {
		return fmt.Sprintf("the cluster has the taint %s, so what is there is about to go", v.Taint.ToString())
	}
	return ""
}

// sightOf is what was seen of the copy of an object in a cluster.
func (e entry) sightOf(seen exposure.Exposure, err error) failover.Sight {
	s := failover.Sight{Balancer: failover.Balancer{Addresses: seen.Addresses, Hostnames: seen.Hostnames}}
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
	if s.Lacks != "" {
		s.Balancer = failover.Balancer{}
	}
	return s
}

// pastsOf are what was decided of the clusters last, as the status keeps it.
func pastsOf(s v1alpha1.DNSRecordStatus) map[federation.ClusterName]failover.Past {
	all := make(map[federation.ClusterName]failover.Past, len(s.DNS))
	for _, c := range s.DNS {
		p := failover.Past{State: failover.State(c.Reason)}
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

// request is what the record sets are made from.
func (o *outcome) request() dns.Request {
	r := dns.Request{
		Namespace: o.object.GetNamespace(), Name: o.object.GetName(), Hosts: o.hosts, Domain: o.domain.Domain,
		TTL: o.RecordTTL, Provider: provider(o.domain.Provider), Endpoints: make([]dns.Endpoint, len(o.Sites)),
	}
	if o.hosts == nil {
		r.DomainRef, r.ExternalName, r.Prefix = o.domainRef, o.service.ExternalName, o.service.DNSPrefix
	}
	if p := o.Routing.Policy; p != v1alpha1.RoutingTogether {
		r.Routing = dns.Routing(p)
	}
	for i, s := range o.Sites {
		c := o.clusters[i]
		r.Endpoints[i] = dns.Endpoint{
			Cluster: c.Name, Region: c.Region, Zones: c.Zones, Ready: s.Serves(), Message: fmt.Sprintf("%s (%s)", s.State, s.Message),
			Addresses: s.Balancer.Addresses, Hostnames: s.Balancer.Hostnames,
		}
		for _, told := range o.Routing.Clusters {
			if told.Name == string(c.Name) {
				r.Endpoints[i].Weight, r.Endpoints[i].Location = told.Weight, told.Location
			}
		}
	}
	return r
}

func provider(p v1alpha1.DomainProvider) dns.Provider {
	return dns.Provider{Weight: p.Weight, Location: p.Location, Elsewhere: dns.Property(p.Elsewhere)}
}

// build makes the record sets. An error is a [*trouble], or that some addresses are
// about to be known.
func (o *outcome) build(ctx context.Context, l *lookups) error {
	builder := dns.Levels{Fallback: dns.Answer}
	if o.service.Fallback == v1alpha1.FallbackName {
		builder.Fallback = dns.Lead
	}
	if o.Hostnames == v1alpha1.HostnamesResolve {
		builder.Hostnames = dns.Resolve
	}
	r := o.request()
	var err error
	if o.Result, err = builder.Build(ctx, r); err != nil {
		return troublef(v1alpha1.InvalidRecord, "%s", inTheirWords(err))
	}
	if !lacksAddresses(o.Result) {
		l.release(o.id())
		return nil
	}
	known := false
	if r.Resolved, known = l.want(o.id(), r.Hostnames()); !known {
		return errNotListed
	}
	if o.Result, err = builder.Build(ctx, r); err != nil {
		return troublef(v1alpha1.InvalidRecord, "%s", inTheirWords(err))
	}
	return nil
}

// lacksAddresses says whether more could be published if the addresses of hostnames
// were known.
func lacksAddresses(r dns.Result) bool {
	return slices.ContainsFunc(r.Problems, func(p dns.Problem) bool { return p.Code == dns.Unresolved || p.Code == dns.OneOfSeveral })
}

// yield leaves the names to others that they have.
func (o *outcome) yield(taken func(name string) (by id, is bool)) {
	free := o.Records[:0:0]
	for _, r := range o.Records {
		by, is := taken(r.Name)
		if !is {
			free = append(free, r)
			continue
		}
		if said := fmt.Sprintf("%s (%s)", r.Name, by); !slices.Contains(o.taken, said) {
			o.taken = append(o.taken, said)
		}
	}
	o.Records = free
}

// inTheirWords says what is wrong with a request by the fields of the record.
func inTheirWords(err error) string {
	var all []string
	for line := range strings.Lines(strings.TrimPrefix(err.Error(), "dns: ")) {
		all = append(all, fieldOf(strings.TrimSpace(line)))
	}
	return strings.Join(all, "; ")
}

// fieldOf says where in a record the field of a request is that a line begins with.
func fieldOf(line string) string {
	for _, f := range [][2]string{
		{"prefix:", "spec.dnsPrefix:"}, {"externalName:", "spec.externalName:"}, {"hosts:", "spec.hosts:"}, {"ttl:", "spec.recordTTL:"},
		{"domainRef:", "spec.domainRef:"}, {"routing:", "spec.routing.policy:"}, {"endpoints:", "spec.routing.clusters:"},
		{"namespace:", "metadata.namespace:"}, {"name:", "metadata.name:"},
	} {
		if rest, its := strings.CutPrefix(line, f[0]); its {
			return f[1] + rest
		}
	}
	return line
}

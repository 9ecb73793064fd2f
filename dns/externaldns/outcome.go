package externaldns

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

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
		return errNotSeen
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

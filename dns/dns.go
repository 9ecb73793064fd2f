// Package dns makes DNS record sets of the places where one service or ingress
// runs, and says of each name and cluster why there is none. It is pure: no
// client, no clock, no look-ups; equal requests get equal results.
//
//	result, err := dns.Levels{}.Build(ctx, dns.Request{
//		Namespace: "shop", Name: "web", DomainRef: "prod", Domain: "example.com",
//		Endpoints: []dns.Endpoint{{
//			Cluster: "paris", Region: "eu", Zones: []string{"eu-a"}, Ready: true, Addresses: []string{"192.0.2.1"},
//		}},
//	})
//	// web.shop.prod.svc.example.com           A 192.0.2.1   everywhere
//	// web.shop.prod.svc.eu.example.com        A 192.0.2.1   in the region
//	// web.shop.prod.svc.eu-a.eu.example.com   A 192.0.2.1   in the zone
//
// The names are KubeFed's. [Diff] compares a result with what a zone holds.
// Nothing here writes records: whoever does, takes [RecordSet] as it is.
package dns

import (
	"context"
	"net/netip"

	"github.com/fedrail/fedrail/federation"
)

// A Builder makes record sets. It must not modify the request and must give the
// same result for the same request, in whatever order its endpoints, zones,
// addresses and hostnames are. It may be called concurrently. A name that nothing
// can be said about is a [Problem] of the result, no error; an error means that
// the request itself is wrong, names the field, and that no record may be changed
// because of it.
type Builder interface {
	Build(ctx context.Context, req Request) (Result, error)
}

// Request is all that record sets are made from. Capitals in names count as small
// letters, and one dot at the end of a name is left out.
type Request struct {
	// Namespace and Name are those of the service or ingress.
	Namespace, Name string
	// Domain is the domain that the names are in: "example.com". With Hosts it may
	// be empty; a host that is the domain itself gets no CNAME, which a domain
	// cannot have.
	Domain string
	// DomainRef is the name of the domain in the federation; it is part of a
	// service's names, before "svc".
	DomainRef string
	// ExternalName stands for Name in the service's names; empty is Name.
	ExternalName string
	// Prefix is one more name, Prefix.Domain, which leads to where clients are sent
	// from everywhere; empty is none.
	Prefix string
	// Hosts are the names of an ingress, each with all addresses; their first label
	// may be "*". With hosts there are no levels, and DomainRef, ExternalName and
	// Prefix have to be empty. Nil is that the request is a service's.
	Hosts []string
	// TTL is in seconds, for all records; 0 is [DefaultTTL].
	TTL int64
	// Endpoints are where it should run, each cluster once, in any order.
	Endpoints []Endpoint
	// Resolved are the addresses of hostnames, by the names that
	// [Request.Hostnames] gives. One that is not in it has no known address.
	Resolved map[string][]netip.Addr
	// Routing is how clients are divided over clusters, Provider what can be done
	// about that where the records go.
	Routing  Routing
	Provider Provider
}

// Endpoint is a service or ingress in one cluster.
type Endpoint struct {
	Cluster federation.ClusterName
	// Region and Zones say where the cluster is. Without a region it has no names of
	// region and zones, without zones none of zones.
	Region string
	Zones  []string
	// Ready says that clients may be sent there. When they may not, addresses and
	// hostnames do not count; the names of region and zones stay, and lead on.
	Ready bool
	// Message tells people why it is not Ready; may be empty.
	Message string
	// Addresses and Hostnames are those of the load balancer, in any order.
	Addresses []string
	Hostnames []string
	// Weight is for [Weighted]: how many clients it gets, compared with the others.
	// Nil is 1; 0 is none, as long as another has more.
	Weight *int64
	// Location is for [Located]: where the clients are who are sent here, in the
	// provider's words; empty is nowhere in particular.
	Location string
}

// Result is the record sets, and what people should know about them.
type Result struct {
	// Records are in the order of name, type and set identifier, none twice.
	Records []RecordSet
	// Problems say why a cluster or a name is not served as it might be: those of
	// names first, then those of clusters, each in order. A request without any
	// records has at least one.
	Problems []Problem
}

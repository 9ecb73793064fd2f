package dns

import (
	"context"
	"fmt"
	"slices"
)

// Levels is the [Builder] that makes a name for each zone, for each region and for
// everywhere, and answers at each with the addresses of the clusters there:
//
//	name.namespace.domainRef.svc.zone.region.domain
//	name.namespace.domainRef.svc.region.domain
//	name.namespace.domainRef.svc.domain
//	prefix.domain                                    leads to the one before
//
// Where no cluster serves, a name leads to the next level, or answers as that does;
// where none does at all, there is no name. An ingress has its hosts instead.
//
// A name with one hostname and no address leads to the hostname. A name can lead to
// one name only, so with several hostnames, or one beside addresses, it gets the
// addresses that are known of them, and what has none is left out. Where that leaves
// nothing, it leads to the first hostname in their order.
//
// The zero value is ready.
type Levels struct {
	// Hostnames is what becomes of hostnames; empty is [Follow].
	Hostnames Hostnames
	// Fallback is what a name does that nobody serves; empty is [Lead].
	Fallback Fallback
}

// Hostnames is what becomes of hostnames of load balancers.
type Hostnames string

// The values of Hostnames.
const (
	Follow  Hostnames = ""        // where one is alone, the name leads to it
	Resolve Hostnames = "Resolve" // their addresses are published, never they themselves
)

// Fallback is what a name of a zone or region does where nobody serves it.
type Fallback string

// The values of Fallback.
const (
	Lead Fallback = "" // it is a CNAME, as KubeFed's are
	// Answer gives it the records of the next level. Then the type of a name does not
	// change when clusters fail, which not everybody who writes records can do at once.
	Answer Fallback = "Answer"
)

var _ Builder = Levels{}

// Build makes the record sets of a request. The context is not looked at.
func (l Levels) Build(_ context.Context, req Request) (Result, error) {
	if l.Hostnames != Follow && l.Hostnames != Resolve {
		return Result{}, fmt.Errorf("dns: hostnames: %q is unknown: take %q, or leave it empty", l.Hostnames, Resolve)
	}
	if l.Fallback != Lead && l.Fallback != Answer {
		return Result{}, fmt.Errorf("dns: fallback: %q is unknown: take %q, or leave it empty", l.Fallback, Answer)
	}
	if err := req.validate(); err != nil {
		return Result{}, fmt.Errorf("dns: %w", err)
	}
	b := build{req: &req, hostnames: l.Hostnames, fallback: l.Fallback}
	b.choose()
	b.look()
	b.lay()
	for i := range b.offers {
		b.read(&b.offers[i])
	}
	b.result.Records = make([]RecordSet, 0, len(b.sites))
	for i := range b.sites {
		b.publish(&b.sites[i])
	}
	slices.SortFunc(b.result.Records, byIdentity)
	slices.SortFunc(b.result.Problems, byClusterAndName)
	b.result.Problems = slices.Compact(b.result.Problems)
	return b.result, nil
}

// build is a result in the making.
type build struct {
	req       *Request
	hostnames Hostnames
	fallback  Fallback
	routing   Routing
	offers    []offer // by cluster
	sites     []site  // a name comes after the one it leads to
	result    Result
}

func (b *build) note(p Problem) { b.result.Problems = append(b.result.Problems, p) }

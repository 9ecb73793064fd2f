package dns

import (
	"fmt"
	"slices"
	"strconv"
)

// Routing is how clients are divided over the clusters that serve a name.
type Routing string

// The routings. All but Together need a [Provider] that can do it: others would
// take one record set for the successor of the other, in turn, for ever.
const (
	Together Routing = ""         // every client gets all addresses
	Weighted Routing = "Weighted" // a client gets the addresses of one cluster, the more often the more it weighs
	Located  Routing = "Located"  // a client gets the addresses of the clusters for its location
)

// Provider is what the provider of a domain is declared to support, by the names
// of its properties. The zero value supports nothing, which is right for most. For
// Route 53, as external-dns speaks to it:
//
//	dns.Provider{
//		Weight:    "aws/weight",
//		Location:  "aws/geolocation-continent-code",
//		Elsewhere: dns.Property{Name: "aws/geolocation-country-code", Value: "*"},
//	}
type Provider struct {
	// Weight is the property for [Weighted], Location that for [Located]; empty is
	// that the provider cannot do it.
	Weight   string
	Location string
	// Elsewhere is the property of the record set for clients in no location that a
	// cluster has: they get all addresses. Without it the provider must find one for
	// every client by itself, as one does that goes by latency, and every cluster
	// that serves needs a location.
	Elsewhere Property
}

// elsewhere is the set identifier of the record set for clients in no location.
const elsewhere = "*"

// share is what some of the clients of a name get.
type share struct {
	identifier string
	property   Property
	offers     []*offer
}

// shares divides those who serve a name; empty when nobody does.
func (b *build) shares(s *site) []share {
	serving := make([]*offer, 0, len(s.offers))
	for _, at := range s.offers {
		if o := &b.offers[at]; o.serves() {
			serving = append(serving, o)
		}
	}
	switch {
	case len(serving) == 0:
		return nil
	case b.routing == Weighted:
		return b.byWeight(serving)
	case b.routing == Located && b.located(s.name, serving):
		return b.byLocation(serving)
	}
	return []share{{offers: serving}}
}

func (b *build) byWeight(serving []*offer) []share {
	shares := make([]share, len(serving))
	for i, o := range serving {
		weight := int64(1)
		if o.Weight != nil {
			weight = *o.Weight
		}
		shares[i] = share{string(o.Cluster), Property{b.req.Provider.Weight, strconv.FormatInt(weight, 10)}, serving[i : i+1]}
	}
	return shares
}

// located tells whether there is a record set for every client.
func (b *build) located(name string, serving []*offer) bool {
	at := slices.IndexFunc(serving, func(o *offer) bool { return o.Location == "" })
	if at < 0 || b.req.Provider.Elsewhere.Name != "" {
		return true
	}
	b.note(Problem{Code: NotRouted, Name: name, Message: fmt.Sprintf(
		"cluster %q has no location, and the provider has no word for elsewhere, so every client gets all addresses: give it one", serving[at].Cluster)})
	return false
}

func (b *build) byLocation(serving []*offer) []share {
	var shares []share
	for _, o := range serving {
		at := slices.IndexFunc(shares, func(s share) bool { return s.identifier == o.Location })
		switch {
		case o.Location == "":
		case at < 0:
			shares = append(shares, share{o.Location, Property{b.req.Provider.Location, o.Location}, []*offer{o}})
		default:
			shares[at].offers = append(shares[at].offers, o)
		}
	}
	if word := b.req.Provider.Elsewhere; word.Name != "" {
		shares = append(shares, share{elsewhere, word, serving})
	}
	return shares
}

// choose settles on a routing that the provider can do.
func (b *build) choose() {
	provider := b.req.Provider
	b.routing = b.req.Routing
	if b.routing == Weighted && provider.Weight == "" || b.routing == Located && provider.Location == "" {
		b.note(Problem{Code: NotRouted, Message: fmt.Sprintf(
			"the provider is not declared to support routing %q, so every client gets all addresses: declare it, or remove the routing", b.routing)})
		b.routing = Together
	}
}

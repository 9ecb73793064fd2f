package dns

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// offer is what an endpoint has for clients, as it is written in records.
type offer struct {
	*Endpoint
	addresses []string
	hostnames []string
}

func (o *offer) serves() bool { return len(o.addresses)+len(o.hostnames) > 0 }

// Hostnames are the names of load balancers whose addresses a [Builder] may want
// to know in Resolved: in order, none twice, as they are written in records.
func (r Request) Hostnames() []string {
	var names []string
	for i := range r.Endpoints {
		e := &r.Endpoints[i]
		for _, name := range e.Hostnames {
			if _, isAddress := addressOf(name); e.Ready && !isAddress && checkName(name) == nil {
				names = append(names, plain(name))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// look reads all endpoints, in the order of their clusters.
func (b *build) look() {
	b.offers = make([]offer, len(b.req.Endpoints))
	for i := range b.offers {
		b.offers[i].Endpoint = &b.req.Endpoints[i]
	}
	slices.SortFunc(b.offers, func(x, y offer) int { return cmp.Compare(x.Cluster, y.Cluster) })
}

// read finds out what an endpoint has for clients.
func (b *build) read(o *offer) {
	if !o.Ready {
		b.note(Problem{Code: NotReady, Cluster: o.Cluster, Message: notReady(o.Message)})
		return
	}
	found := len(b.result.Problems)
	o.addresses = make([]string, 0, len(o.Addresses))
	for _, text := range o.Addresses {
		if address, ok := addressOf(text); ok {
			o.addresses = append(o.addresses, address)
		} else {
			b.refuse(o, fmt.Errorf("address %q is none that clients can be sent to", text))
		}
	}
	for _, name := range o.Hostnames {
		b.readHostname(o, name)
	}
	if !o.serves() && len(b.result.Problems) == found {
		b.note(Problem{Code: NoAddress, Cluster: o.Cluster,
			Message: "its load balancer has no address: wait for one, or look at the events of the service or ingress there"})
	}
}

func (b *build) readHostname(o *offer, name string) {
	if address, isAddress := addressOf(name); isAddress {
		o.addresses = append(o.addresses, address)
		return
	}
	err := checkName(name)
	if err == nil && b.owns(plain(name)) {
		err = errors.New("it is a name that is made here, and would lead to itself")
	}
	if err != nil {
		b.refuse(o, fmt.Errorf("hostname %q: %w", name, err))
		return
	}
	o.hostnames = append(o.hostnames, plain(name))
}

func (b *build) refuse(o *offer, err error) {
	b.note(Problem{Code: BadTarget, Cluster: o.Cluster, Message: err.Error() + "; it is left out: mend the status of the load balancer there"})
}

// addressOf writes an address as it is written in records.
func addressOf(text string) (string, bool) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return "", false
	}
	return written(address)
}

// written is the text of an address that clients can be sent to.
func written(address netip.Addr) (string, bool) {
	address = address.Unmap()
	if !address.IsValid() || address.Zone() != "" || address.IsUnspecified() || address.IsMulticast() {
		return "", false
	}
	return address.String(), true
}

func notReady(why string) string {
	const until = "nobody is sent there until it is ready"
	if why == "" {
		return until
	}
	return why + ": " + until
}

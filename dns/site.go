package dns

import (
	"fmt"
	"slices"
)

// site is a name, and who serves it.
type site struct {
	name   string
	next   int   // the site it leads to where nobody serves it; -1 is none
	offers []int // those who might serve it
	exists bool  // whether there is a record
	bare   bool  // without the labels of other names
}

// place is where a name is about; without a zone it is the whole region.
type place struct {
	region, zone string
}

// top is the site for everywhere, nowhere the absence of one.
const (
	top     = 0
	nowhere = -1
)

// lay makes all names.
func (b *build) lay() {
	if b.req.Hosts != nil {
		b.layHosts()
		return
	}
	common, domain := b.req.common(), plain(b.req.Domain)
	b.sites = append(make([]site, 0, 2+2*len(b.offers)), site{name: common + "." + domain, next: nowhere, offers: b.all()})
	b.layPlaces(common, domain)
	if b.req.Prefix != "" {
		b.sites = append(b.sites, site{name: plain(b.req.Prefix) + "." + domain, next: top, bare: true})
	}
}

func (b *build) layHosts() {
	if len(b.req.Hosts) == 0 {
		b.note(Problem{Code: Nowhere, Message: "there is no host to make a name of: name one"})
	}
	for _, host := range b.req.Hosts {
		if name := plain(host); !b.owns(name) {
			b.sites = append(b.sites, site{name: name, next: nowhere, offers: b.all()})
		}
	}
}

// layPlaces makes the names of regions and zones.
func (b *build) layPlaces(common, domain string) {
	known := make(map[place]int, 2*len(b.offers))
	at := func(p place, next int) int {
		i, found := known[p]
		if !found {
			i = b.add(p.name(common, domain), next)
			known[p] = i
		}
		return i
	}
	for i := range b.offers {
		o := &b.offers[i]
		region, ok := b.regionOf(o)
		if !ok {
			continue
		}
		up := at(place{region: region}, top)
		b.join(up, i)
		for _, zone := range b.zonesOf(o) {
			b.join(at(place{region, zone}, up), i)
		}
	}
}

func (p place) name(common, domain string) string {
	if p.zone == "" {
		return common + "." + p.region + "." + domain
	}
	return common + "." + p.zone + "." + p.region + "." + domain
}

// add makes a site, unless its name is too long.
func (b *build) add(name string, next int) int {
	if err := checkLength(name); err != nil {
		b.note(Problem{Code: NameTooLong, Name: name, Message: err.Error()})
		return nowhere
	}
	b.sites = append(b.sites, site{name: name, next: next})
	return len(b.sites) - 1
}

// join makes an offer one of a site, once.
func (b *build) join(at, offer int) {
	if at == nowhere {
		return
	}
	if s := &b.sites[at]; len(s.offers) == 0 || s.offers[len(s.offers)-1] != offer {
		s.offers = append(s.offers, offer)
	}
}

func (b *build) regionOf(o *offer) (string, bool) {
	if o.Region == "" {
		b.note(Problem{Code: NoRegion, Cluster: o.Cluster,
			Message: "its region is unknown, so it has no names of region and zones: label its nodes, or set its region"})
		return "", false
	}
	if err := checkLabel(o.Region); err != nil {
		b.note(Problem{Code: BadLabel, Cluster: o.Cluster, Message: fmt.Sprintf("region: %v; it has no names of region and zones", err)})
		return "", false
	}
	return plain(o.Region), true
}

func (b *build) zonesOf(o *offer) []string {
	if len(o.Zones) == 0 {
		b.note(Problem{Code: NoZones, Cluster: o.Cluster,
			Message: "its zones are unknown, so it has no names of zones: label its nodes, or set its zones"})
	}
	zones := make([]string, 0, len(o.Zones))
	for _, zone := range o.Zones {
		if err := checkLabel(zone); err != nil {
			b.note(Problem{Code: BadLabel, Cluster: o.Cluster, Message: fmt.Sprintf("zones: %v; it has no name of that zone", err)})
			continue
		}
		zones = append(zones, plain(zone))
	}
	return zones
}

// owns tells whether a name is made here.
func (b *build) owns(name string) bool {
	return slices.ContainsFunc(b.sites, func(s site) bool { return s.name == name })
}

// all are all offers.
func (b *build) all() []int {
	all := make([]int, len(b.offers))
	for i := range all {
		all[i] = i
	}
	return all
}

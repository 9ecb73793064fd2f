package dns

import (
	"fmt"
	"slices"
	"strings"
)

// publish makes the records of a name: its own, or one that leads on.
func (b *build) publish(s *site) {
	found := len(b.result.Records)
	b.own(s)
	s.exists = len(b.result.Records) > found
	if s.exists {
		return
	}
	if s.next == nowhere || !b.sites[s.next].exists {
		b.note(Problem{Code: Nowhere, Name: s.name,
			Message: "no cluster that is ready has an address that can be published, so the name does not exist: see what is said of the clusters"})
		return
	}
	next := b.sites[s.next].name
	if len(s.offers) > 0 {
		b.note(Problem{Code: LeadsOn, Name: s.name, Message: fmt.Sprintf("no cluster there has an address that can be published, so it %s %q", b.leads(), next)})
	}
	s.exists = true
	if b.fallback == Answer && !s.bare {
		b.repeat(s, next)
		return
	}
	b.record(s, share{}, CNAME, []string{next})
}

// leads is what a name does that nobody serves, in words.
func (b *build) leads() string {
	if b.fallback == Answer {
		return "answers as"
	}
	return "leads to"
}

// repeat has a name answer as another one does.
func (b *build) repeat(s *site, other string) {
	for _, r := range b.result.Records {
		if r.Name == other {
			r.Name = s.name
			b.result.Records = append(b.result.Records, r)
		}
	}
}

// own makes the records of those who serve the name, if anybody does.
func (b *build) own(s *site) {
	shares := b.shares(s)
	if len(shares) == 0 {
		return
	}
	follows := b.hostnames == Follow && s.name != plain(b.req.Domain)
	if follows && b.follow(s, shares) {
		return
	}
	told := len(b.result.Problems)
	if !b.answer(s, shares) && follows {
		b.result.Problems = b.result.Problems[:told] // that names have no address matters no more
		b.settleForOne(s, shares)
	}
}

// follow leads the name to hostnames, where each share has one and nothing else.
func (b *build) follow(s *site, shares []share) bool {
	for _, part := range shares {
		if _, alone := part.hostname(); !alone {
			return false
		}
	}
	for _, part := range shares {
		name, _ := part.hostname()
		b.record(s, part, CNAME, []string{name})
	}
	return true
}

// answer publishes addresses, and tells whether there are any.
func (b *build) answer(s *site, shares []share) bool {
	answers := false
	for _, part := range shares {
		v4, v6 := split(b.addresses(s, part))
		b.record(s, part, A, v4)
		b.record(s, part, AAAA, v6)
		answers = answers || len(v4)+len(v6) > 0
	}
	return answers
}

// settleForOne leads the name to the first hostname, for want of any address.
func (b *build) settleForOne(s *site, shares []share) {
	var names []string
	for _, part := range shares {
		for _, o := range part.offers {
			names = append(names, o.hostnames...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	b.note(Problem{Code: OneOfSeveral, Name: s.name, Message: fmt.Sprintf(
		"a name leads to one name only, so it leads to %q and not to %s: give the addresses of hostnames", names[0], strings.Join(names[1:], ", "))})
	b.record(s, share{}, CNAME, names[:1])
}

// hostname is what a share has, if that is one hostname and nothing else.
func (p share) hostname() (name string, alone bool) {
	for _, o := range p.offers {
		for _, h := range o.hostnames {
			if name != "" && h != name {
				return "", false
			}
			name = h
		}
		if len(o.addresses) > 0 {
			return "", false
		}
	}
	return name, name != ""
}

// addresses are those of a share, in order, hostnames' included.
func (b *build) addresses(s *site, part share) []string {
	var all []string
	for _, o := range part.offers {
		all = append(all, o.addresses...)
		for _, name := range o.hostnames {
			before := len(all)
			for _, address := range b.req.Resolved[name] {
				if text, ok := written(address); ok {
					all = append(all, text)
				}
			}
			if len(all) == before {
				b.note(Problem{Code: Unresolved, Name: s.name, Message: fmt.Sprintf("no address of hostname %q is known, so it is left out: give its addresses", name)})
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// split tells addresses of version 4 from those of version 6.
func split(all []string) (v4, v6 []string) {
	for _, address := range all {
		if strings.Contains(address, ":") {
			v6 = append(v6, address)
		} else {
			v4 = append(v4, address)
		}
	}
	return v4, v6
}

// record adds a record set, unless it has no targets.
func (b *build) record(s *site, part share, kind Type, targets []string) {
	if len(targets) == 0 {
		return
	}
	r := RecordSet{Name: s.name, Type: kind, TTL: b.req.TTL, Targets: targets, SetIdentifier: part.identifier}
	if r.TTL == 0 {
		r.TTL = DefaultTTL
	}
	if part.property.Name != "" {
		r.ProviderSpecific = []Property{part.property}
	}
	if b.req.ExternalName != "" && !s.bare {
		r.Labels = map[string]string{"serviceName": b.req.Name}
	}
	b.result.Records = append(b.result.Records, r)
}

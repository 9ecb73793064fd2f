package check

import (
	"slices"

	"github.com/fedrail/fedrail/dns"
)

// longest is how many names a chain may lead through.
const longest = 16

// ending is where a CNAME leads.
type ending struct {
	chain     []string // the names on the way, the last one included
	addresses []string // what the last one has
	unknown   string   // why that is not known; empty is that it is
	circular  bool     // it leads to itself, or through too many names
}

func (e *ending) last() string { return e.chain[len(e.chain)-1] }

// add makes a name the last one, and tells whether there is a use in going on.
func (e *ending) add(name string) bool {
	e.circular = slices.Contains(e.chain, name) || len(e.chain) > longest
	if !e.circular {
		e.chain = append(e.chain, name)
	}
	return !e.circular
}

// walk takes what an answer says of the last name, and gives the name that has to be
// asked for next; empty is that the end is reached. A server that knows a name of the
// chain and not the one after it says no more than that there is a CNAME.
func (e *ending) walk(a Answer) (next string) {
	for {
		aliases := values(a.at(e.last(), dns.CNAME))
		if len(aliases) == 0 {
			break
		}
		if a.Code == NoError && !a.has(aliases[0]) {
			return aliases[0]
		}
		if !e.add(aliases[0]) {
			return ""
		}
	}
	e.addresses = values(slices.Concat(a.at(e.last(), dns.A), a.at(e.last(), dns.AAAA)))
	return ""
}

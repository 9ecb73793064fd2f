package check

import (
	"fmt"
	"strings"

	"github.com/fedrail/fedrail/dns"
)

// silence is why the server says nothing about a name.
func silence(s sight) string {
	switch {
	case s.err != nil:
		return s.err.Error()
	case s.answer.Referral:
		return "the server knows nothing of the zone and names others: ask one of the zone's own, or one that looks names up"
	case s.answer.Code == "REFUSED":
		return "the server refuses to answer: it does not serve the zone, or not to whoever asks from here: ask another, or let this one answer"
	case s.answer.Code == "SERVFAIL":
		return "the server could not find out: is the zone loaded there, and does it reach the servers that it asks itself?"
	}
	return fmt.Sprintf("the server answers %s, which says nothing about the name: ask another", s.answer.Code)
}

func missing(f Finding) string {
	return "there is no such record: external-dns has not written it (does its --domain-filter cover the zone, and does " +
		"status.observedGeneration of the DNSEndpoint follow metadata.generation?)" + remembered(f, "; or the server remembers that it was not there")
}

func lingers(f Finding, o ownership) string {
	why := "external-dns deletes with --policy=sync only, and only what its --txt-owner-id owns; a wildcard above the name answers as well"
	if o.owner != "" {
		why = o.said() + ": look whether one with this --txt-owner-id still runs, with --policy=sync"
	} else if o.nowhere != nil {
		why = o.said() + ": delete it, or look for a wildcard above the name"
	}
	return "the name should be gone and still answers: " + why + older(f)
}

func wrongType(f Finding, o ownership) string {
	there := "a CNAME is there, and beside it no address can be"
	if f.Type == dns.CNAME {
		there = fmt.Sprintf("records of type %s are there, and beside them no CNAME can be", f.GotType)
	}
	return there + ": " + o.why() + older(f)
}

func differs(f Finding, o ownership) string {
	return difference(f) + ": " + o.why() + older(f)
}

func difference(f Finding) string {
	switch {
	case len(f.Lacking) == len(f.Want):
		return "nothing of what is wanted is there"
	case len(f.Extra) == 0:
		return are(f.Lacking) + " not there"
	case len(f.Lacking) == 0:
		return are(f.Extra) + " there and not wanted"
	}
	return fmt.Sprintf("%s there in the place of %s", are(f.Extra), strings.Join(f.Lacking, ", "))
}

// why is the likely reason for records that are not those that are wanted.
func (o ownership) why() string {
	switch {
	case o.owner != "":
		return o.said() + ": it has not written the change yet, or has it from another DNSEndpoint with this name too"
	case o.nowhere != nil:
		return o.said() + ": it is somebody else's record, which external-dns leaves alone (delete it, or choose another name), " +
			"or external-dns says so elsewhere (--txt-prefix, --registry)"
	}
	return "external-dns has not written the change yet, or it is somebody else's record, which external-dns leaves alone: " +
		"then delete it, or choose another name"
}

// said is what external-dns says of it.
func (o ownership) said() string {
	if o.owner == "" {
		return fmt.Sprintf("no TXT record says that external-dns wrote it (%s)", strings.Join(o.nowhere, ", "))
	}
	if o.resource == "" {
		return fmt.Sprintf("external-dns wrote it (owner %s)", o.owner)
	}
	return fmt.Sprintf("external-dns wrote it (owner %s, for %s)", o.owner, o.resource)
}

func older(f Finding) string {
	return remembered(f, "; or the server remembers what was there before: ask again in "+seconds(f.GotTTL))
}

// remembered is what is said of a server that may answer from its memory.
func remembered(f Finding, text string) string {
	if f.Authoritative {
		return ""
	}
	return text
}

func longer(f Finding) string {
	return fmt.Sprintf("clients remember it for %s and not for %s, so they learn later of a change: the provider has a least TTL, "+
		"or external-dns was given one (--rfc2136-min-ttl)", seconds(f.GotTTL), seconds(f.WantTTL)) + older(f)
}

func dangling(f Finding, end ending) string {
	last := end.last()
	if end.circular {
		return fmt.Sprintf("it leads through %s in a circle, or through more than %d names, and to no address", strings.Join(f.Chain, ", "), longest)
	}
	return fmt.Sprintf("it leads to %q, which has no address: if that is a load balancer's, is it still there?", last)
}

func unknown(end ending) string {
	return fmt.Sprintf("it leads to %q, of which the server does not say whether it has an address: %s", end.last(), end.unknown)
}

func are(list []string) string {
	if len(list) == 1 {
		return list[0] + " is"
	}
	return strings.Join(list, ", ") + " are"
}

func seconds(n int64) string { return fmt.Sprintf("%d s", n) }

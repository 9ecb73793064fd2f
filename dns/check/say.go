package check

import (
	"fmt"
	"strings"

	"github.com/fedrail/fedrail/dns"
)

const (
	missing = "there is no such record: either external-dns has not written it (does its --domain-filter cover the zone, and does " +
		"status.observedGeneration of the DNSEndpoint follow metadata.generation?), or the server remembers that it was not there"
	lingers = "the name should be gone and still answers: external-dns deletes with --policy=sync only, and only what its --txt-owner-id owns; " +
		"a wildcard above the name answers as well"
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

func wrongType(f Finding) string {
	there := "a CNAME is there, and beside it no address can be"
	if f.Type == dns.CNAME {
		there = fmt.Sprintf("records of type %s are there, and beside them no CNAME can be", f.GotType)
	}
	return there + ": external-dns has not yet replaced what it wrote before, or somebody else wrote it: then delete it, or rename the record"
}

func differs(f Finding) string {
	switch {
	case len(f.Lacking) == len(f.Want):
		return "nothing of what is wanted is there: somebody else's record is in the way, which external-dns leaves alone (delete or rename it), " +
			"or what was wanted before is remembered: ask again in " + seconds(f.GotTTL)
	case len(f.Extra) == 0:
		return fmt.Sprintf("%s not there: external-dns has not written it yet, or what was wanted before is remembered: ask again in %s", are(f.Lacking), seconds(f.GotTTL))
	case len(f.Lacking) == 0:
		return fmt.Sprintf("%s there and not wanted: another DNSEndpoint may have the name too, or what was wanted before is remembered: ask again in %s",
			are(f.Extra), seconds(f.GotTTL))
	}
	return "some of it is older: external-dns has not written the change yet, or what was wanted before is remembered: ask again in " + seconds(f.GotTTL)
}

func longer(f Finding) string {
	return fmt.Sprintf("clients remember it for %s and not for %s, so they learn later of a change: the provider has a least TTL, "+
		"or external-dns was given one (--rfc2136-min-ttl, --min-ttl)", seconds(f.GotTTL), seconds(f.WantTTL))
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

package check

import "github.com/fedrail/fedrail/dns"

// Report is what [Check] found.
type Report struct {
	// Findings are in the order of name and type, one for each.
	Findings []Finding `json:"findings"`
	// Counts are how many findings have each verdict; those that none has are left
	// out.
	Counts map[Verdict]int `json:"counts"`
}

// OK says that everything is right.
func (r Report) OK() bool { return r.Counts[Right] == len(r.Findings) }

// Finding is about the record sets of one name and type, or about a name that should
// be gone.
type Finding struct {
	Name string `json:"name"`
	// Type is what is wanted; of a name that should be gone, what is there.
	Type dns.Type `json:"type,omitempty"`
	// Set is the identifier of the set that the rest speaks of: of several to choose
	// from, the one that is nearest to the answer.
	Set string `json:"set,omitempty"`
	// Want and Got are targets, in the order of their text.
	Want []string `json:"want,omitempty"`
	Got  []string `json:"got,omitempty"`
	// GotType is the type of Got where it is another than Type.
	GotType dns.Type `json:"gotType,omitempty"`
	// WantTTL and GotTTL are in seconds; 0 is the provider's own, or none.
	WantTTL int64   `json:"wantTTL,omitempty"`
	GotTTL  int64   `json:"gotTTL,omitempty"`
	Verdict Verdict `json:"verdict"`
	// Extra are there and not wanted, Lacking are wanted and not there.
	Extra   []string `json:"extra,omitempty"`
	Lacking []string `json:"lacking,omitempty"`
	// Chain is the names that a CNAME leads through to Addresses, which are its end.
	Chain     []string `json:"chain,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	// Code is the answer's; empty when there was no answer.
	Code string `json:"code,omitempty"`
	// Authoritative says that the server has the zone itself. The answers of others
	// may be as old as their TTL.
	Authoritative bool `json:"authoritative,omitempty"`
	// Owner and Resource are what external-dns says of Got, where that is not Want:
	// its --txt-owner-id, and what it wrote it for, such as "crd/shop/service-web".
	// Empty is that it says nothing, or that nobody looked.
	Owner    string `json:"owner,omitempty"`
	Resource string `json:"resource,omitempty"`
	// Message is for people: the likely reason, and what to do. It is empty where
	// all is right and nothing is to be said.
	Message string `json:"message,omitempty"`
}

// Verdict is what comes of comparing.
type Verdict string

// The verdicts. Where several are true, the first of them is said.
const (
	Unanswered Verdict = "Unanswered" // the server did not say what it has
	Lingers    Verdict = "Lingers"    // the name should be gone, and is not
	Missing    Verdict = "Missing"    // there is no such record
	WrongType  Verdict = "WrongType"  // a CNAME in the place of addresses, or the other way round
	Differs    Verdict = "Differs"    // the targets are others
	Dangling   Verdict = "Dangling"   // a CNAME is as wanted, and leads to no address
	TTL        Verdict = "TTL"        // all but the TTL is as wanted, which is higher
	Right      Verdict = "Right"      // as wanted; the TTL may be lower, as a cache has it
)

func reportOf(findings []Finding) Report {
	r := Report{Findings: findings, Counts: map[Verdict]int{}}
	for _, f := range findings {
		r.Counts[f.Verdict]++
	}
	return r
}

package check

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/fedrail/fedrail/dns"
)

// An Asker answers questions about DNS. It may be called concurrently. That a name
// does not exist, or that the server refuses, is an answer; an error is that there
// was none, or none that makes sense. It returns soon after ctx has ended.
type Asker interface {
	Ask(ctx context.Context, q Question) (Answer, error)
}

// Question is for the records of one type at one name.
type Question struct {
	Name string // without a dot at the end, as in [dns.RecordSet]
	Type dns.Type
}

// TXT is asked for beside the types of package dns: such records say whose others are.
const TXT dns.Type = "TXT"

// Answer is what a server says.
type Answer struct {
	// Code is how it went, in the words of RFC 1035 and its tools: [NoError],
	// [NXDomain], "REFUSED", "SERVFAIL" and so on.
	Code string
	// Records are the answer section, in any order: those that were asked for, and
	// each CNAME on the way to them.
	Records []Record
	// Authoritative says that the server has the zone itself, and does not remember
	// what another one said before.
	Authoritative bool
	// Referral says that the server knows nothing itself and only names others.
	Referral bool
}

// Record is one record of an answer.
type Record struct {
	Name string
	Type dns.Type
	TTL  int64 // seconds
	// Value is an address, the name that a CNAME leads to, or a text.
	Value string
}

// The codes that say something about the name; with any other the server does not.
const (
	NoError  = "NOERROR"
	NXDomain = "NXDOMAIN"
)

// says tells whether an answer says something about the name.
func (a Answer) says() bool {
	return (a.Code == NoError || a.Code == NXDomain) && !a.Referral
}

// at are the records of a name and type.
func (a Answer) at(name string, kind dns.Type) []Record {
	var all []Record
	for _, r := range a.Records {
		if plain(r.Name) == name && r.Type == kind {
			all = append(all, r)
		}
	}
	return all
}

// has tells whether there is any record at a name.
func (a Answer) has(name string) bool {
	return slices.ContainsFunc(a.Records, func(r Record) bool { return plain(r.Name) == name })
}

// unaskable is why no server at all can be asked something.
type unaskable struct{ error }

// enough is after how many questions without any answer a server is given up.
const enough = 3

// patient is an [Asker] that gives up when nothing was ever answered.
type patient struct {
	asker Asker

	mu       sync.Mutex
	answered bool
	failed   []error
}

func (p *patient) Ask(ctx context.Context, q Question) (Answer, error) {
	if err := p.lost(); err != nil {
		return Answer{}, err
	}
	a, err := p.asker.Ask(ctx, q)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.answered = true
	case !errors.As(err, new(unaskable)):
		p.failed = append(p.failed, err)
	}
	return a, err
}

// lost is why there is no use in asking.
func (p *patient) lost() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answered || len(p.failed) < enough {
		return nil
	}
	return p.failed[0]
}

// Package check says whether DNS answers what should be published: what is wanted,
// what a server answers, where they differ, and the likely reason.
//
//	report, err := check.Check(ctx, check.Server("192.0.2.53"), result.Records, check.Options{})
//	for _, f := range report.Findings {
//		fmt.Println(f.Name, f.Type, f.Verdict, f.Message)
//	}
//
// It asks and never writes. An [Asker] is what it asks; [Server] is a DNS server, and
// anything else that answers questions can be another.
package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fedrail/fedrail/dns"
)

// Options change what [Check] does. The zero value is ready.
type Options struct {
	// Gone are names that should not be there any more. One that is wanted is not
	// looked at as gone.
	Gone []string
	// Parallel is how many names are looked at at a time; 0 is 8.
	Parallel int
	// TXTPrefixes are what external-dns may have been given as --txt-prefix; "" is
	// that it was given none. Where others' targets are than are wanted, the TXT
	// records with which it says what it wrote are looked for under each. Nil is that
	// nobody looks, and both are said to be possible.
	TXTPrefixes []string
}

// Check asks for each wanted record set, and for each name that should be gone. Sets
// of one name and type are a choice by their identifiers: the answer has to be one of
// them. Those of one identifier, or of none, are one set with the targets of all, as
// external-dns has it. That names differ, or are not answered, is in the report and no error; an error is that ctx
// ended, or that the options make no sense. Nothing of its arguments is modified.
//
// A server that answered nothing at all to the first questions is not asked the
// others: it would take minutes to say the same of each.
func Check(ctx context.Context, asker Asker, want []dns.RecordSet, o Options) (Report, error) {
	if o.Parallel < 0 {
		return Report{}, fmt.Errorf("check: parallel: %d is less than one at a time: take a positive number, or 0 for the usual", o.Parallel)
	}
	l := look{asker: &patient{asker: asker}, prefixes: o.TXTPrefixes}
	subjects := subjects(want, o.Gone)
	findings := make([]Finding, len(subjects))
	each(cmp.Or(o.Parallel, 8), len(subjects), func(i int) { findings[i] = l.find(ctx, subjects[i]) })
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("check: %w", err)
	}
	return reportOf(findings), nil
}

// subject is one thing to find out about: sets of one name and type, or a name that
// should be gone, which has no sets.
type subject struct {
	name string
	kind dns.Type
	sets []dns.RecordSet
}

// subjects are in the order of name and type.
func subjects(want []dns.RecordSet, gone []string) []subject {
	sets := map[subjectKey][]dns.RecordSet{}
	wanted := map[string]bool{}
	for _, r := range want {
		key := subjectKey{plain(r.Name), r.Type}
		sets[key] = together(sets[key], r)
		wanted[key.name] = true
	}
	for _, name := range gone {
		if name = plain(name); !wanted[name] {
			sets[subjectKey{name: name}] = nil
		}
	}
	all := make([]subject, 0, len(sets))
	for key, of := range sets {
		slices.SortStableFunc(of, func(a, b dns.RecordSet) int { return strings.Compare(a.SetIdentifier, b.SetIdentifier) })
		all = append(all, subject{key.name, key.kind, of})
	}
	slices.SortFunc(all, func(a, b subject) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind))
	})
	return all
}

// together has one more set, or its targets in the one of the same identifier.
func together(sets []dns.RecordSet, r dns.RecordSet) []dns.RecordSet {
	for i, s := range sets {
		if s.SetIdentifier == r.SetIdentifier {
			sets[i].Targets = slices.Concat(s.Targets, r.Targets)
			sets[i].TTL = max(s.TTL, r.TTL)
			return sets
		}
	}
	return append(sets, r)
}

type subjectKey struct {
	name string
	kind dns.Type
}

// plain is how names are compared.
func plain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// each calls do with 0 to n-1, so many at a time, and returns when all have ended.
func each(parallel, n int, do func(int)) {
	var all sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	all.Wait()
}

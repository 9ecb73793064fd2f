package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fedrail/fedrail/dns"
)

// sight is what was seen of a subject.
type sight struct {
	answer Answer
	err    error  // why there is no answer
	end    ending // of a CNAME that is as wanted
	whose  ownership
}

// look asks what has to be known of subjects.
type look struct {
	asker    Asker
	prefixes []string
}

// find is the finding about a subject. Whose the records are is asked for when they
// are others than those wanted.
func (l look) find(ctx context.Context, of subject) Finding {
	s := l.at(ctx, of)
	f := of.judge(s)
	if !slices.Contains([]Verdict{Differs, WrongType, Lingers}, f.Verdict) {
		return f
	}
	s.whose = l.owner(ctx, f.Name, cmp.Or(f.GotType, f.Type))
	return of.judge(s)
}

// at asks about one subject.
func (l look) at(ctx context.Context, of subject) sight {
	switch {
	case !slices.Contains([]dns.Type{"", dns.A, dns.AAAA, dns.CNAME}, of.kind):
		return sight{err: fmt.Errorf("records of type %q are not compared: those of type A, AAAA and CNAME are", of.kind)}
	case of.sets == nil:
		return l.any(ctx, of.name, dns.A, dns.AAAA)
	case of.kind == dns.CNAME:
		return l.alias(ctx, of)
	default:
		return l.any(ctx, of.name, of.kind)
	}
}

// any asks for types until something is known to be there, or not to be.
func (l look) any(ctx context.Context, name string, kinds ...dns.Type) sight {
	var s sight
	for _, kind := range kinds {
		s.answer, s.err = l.asker.Ask(ctx, Question{name, kind})
		if s.err != nil || s.answer.Code != NoError || s.answer.Referral || s.answer.has(name) {
			break
		}
	}
	return s
}

// alias asks for a CNAME, and follows it when it is as wanted. Where there is none,
// it asks for what is there in its place.
func (l look) alias(ctx context.Context, of subject) sight {
	s := l.any(ctx, of.name, dns.CNAME, dns.A, dns.AAAA)
	if next := values(s.answer.at(of.name, dns.CNAME)); len(next) == 1 && slices.Equal(next, targets(of.nearest(next))) {
		s.end = l.follow(ctx, of.name, next[0])
	}
	return s
}

// follow finds the end of a chain that leads from one name to the next.
func (l look) follow(ctx context.Context, from, next string) ending {
	e := ending{chain: []string{from}}
	for e.add(next) {
		s := l.any(ctx, e.last(), dns.A, dns.AAAA)
		if next = e.walk(s.answer); next != "" {
			continue
		}
		if !e.circular && len(e.addresses) == 0 && (s.err != nil || !s.answer.says()) {
			e.unknown = silence(s)
		}
		break
	}
	e.chain = e.chain[1:]
	return e
}

package check

import (
	"context"
	"slices"

	"github.com/fedrail/fedrail/dns"
)

// sight is what was seen of a subject.
type sight struct {
	answer Answer
	err    error  // why there is no answer
	end    ending // of a CNAME that is as wanted
}

// look asks what has to be known of subjects.
type look struct{ asker Asker }

// at asks about one subject.
func (l look) at(ctx context.Context, of subject) sight {
	switch {
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

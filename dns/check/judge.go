package check

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/fedrail/fedrail/dns"
)

// judge compares what is wanted with what was seen.
func (of subject) judge(s sight) Finding {
	f := Finding{Name: of.name, Type: of.kind, Code: s.answer.Code, Authoritative: s.answer.Authoritative}
	f.Owner, f.Resource = s.whose.owner, s.whose.resource
	if of.sets == nil {
		f.judgeGone(s)
		return f
	}
	same := s.answer.at(of.name, of.kind)
	set := of.nearest(values(same))
	f.Set, f.Want, f.WantTTL = set.SetIdentifier, targets(set), set.TTL
	f.got(same)
	f.Extra, f.Lacking = without(f.Got, f.Want), without(f.Want, f.Got)
	f.Chain, f.Addresses = s.end.chain, s.end.addresses
	f.judgeWanted(s)
	return f
}

// judgeGone is about a name that nobody wants.
func (f *Finding) judgeGone(s sight) {
	for _, kind := range []dns.Type{dns.CNAME, dns.A, dns.AAAA} {
		if there := s.answer.at(f.Name, kind); len(there) > 0 {
			f.Type = kind
			f.got(there)
			f.say(Lingers, lingers(*f, s.whose))
			return
		}
	}
	if s.err != nil || !s.answer.says() {
		f.say(Unanswered, silence(s))
		return
	}
	f.say(Right, "")
}

func (f *Finding) judgeWanted(s sight) {
	other := f.other(s.answer)
	switch {
	case s.err != nil, !s.answer.says() && len(f.Got) == 0 && len(other) == 0:
		f.Extra, f.Lacking = nil, nil
		f.say(Unanswered, silence(s))
	case len(f.Got) == 0 && len(other) > 0:
		f.GotType = other[0].Type
		f.got(other)
		f.Extra = f.Got
		f.say(WrongType, wrongType(*f, s.whose))
	case len(f.Got) == 0:
		f.say(Missing, missing(*f))
	case len(f.Extra)+len(f.Lacking) > 0:
		f.say(Differs, differs(*f, s.whose))
	default:
		f.judgeRest(s.end)
	}
}

// judgeRest is about targets that are as wanted.
func (f *Finding) judgeRest(end ending) {
	switch {
	case f.Type == dns.CNAME && end.unknown == "" && len(end.addresses) == 0:
		f.say(Dangling, dangling(*f, end))
	case f.WantTTL > 0 && f.GotTTL > f.WantTTL:
		f.say(TTL, longer(*f))
	case end.unknown != "":
		f.say(Right, unknown(end))
	default:
		f.say(Right, "")
	}
}

func (f *Finding) say(v Verdict, message string) { f.Verdict, f.Message = v, message }

// got takes what is there.
func (f *Finding) got(records []Record) {
	f.Got, f.GotTTL = values(records), 0
	for _, r := range records {
		f.GotTTL = max(f.GotTTL, r.TTL)
	}
}

// other are the records in the place of those that are wanted.
func (f *Finding) other(a Answer) []Record {
	if f.Type != dns.CNAME {
		return a.at(f.Name, dns.CNAME)
	}
	if there := a.at(f.Name, dns.A); len(there) > 0 {
		return there
	}
	return a.at(f.Name, dns.AAAA)
}

// nearest is the set that has the most in common with what is there, and the least
// beside it; the first one of those.
func (of subject) nearest(got []string) dns.RecordSet {
	return slices.MinFunc(of.sets, func(a, b dns.RecordSet) int {
		return cmp.Compare(distance(targets(a), got), distance(targets(b), got))
	})
}

func distance(want, got []string) int { return len(without(want, got)) + len(without(got, want)) }

// targets are those of a set, as they are compared.
func targets(r dns.RecordSet) []string { return canonical(r.Targets) }

// values are those of records, as they are compared.
func values(records []Record) []string {
	var all []string
	for _, r := range records {
		all = append(all, r.Value)
	}
	return canonical(all)
}

// canonical is a list without order, and with one spelling of everything.
func canonical(list []string) []string {
	var all []string
	for _, text := range list {
		if address, err := netip.ParseAddr(text); err == nil {
			text = address.String()
		}
		all = append(all, plain(text))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// without is what is in one list and not in the other.
func without(list, other []string) []string {
	var all []string
	for _, text := range list {
		if !slices.Contains(other, text) {
			all = append(all, text)
		}
	}
	return all
}

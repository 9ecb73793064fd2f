package check

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/fedrail/fedrail/dns"
)

var errNotOurs = errors.New("a message that answers something else")

// read makes an answer of a message, if it is to this query.
func (q query) read(message []byte) (Answer, error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || header.ID != q.id || !header.Response {
		return Answer{}, errNotOurs
	}
	asked, err := p.AllQuestions()
	if err != nil || !q.isAsked(asked, header) {
		return Answer{}, errNotOurs
	}
	if header.Truncated {
		return Answer{}, errTruncated
	}
	records, err := answers(&p)
	if err != nil {
		return Answer{}, fmt.Errorf("an answer that cannot be read: %w", err)
	}
	return Answer{
		Code: code(header.RCode), Records: records, Authoritative: header.Authoritative, Referral: refers(header, records),
	}, nil
}

// isAsked tells whether a message repeats the question. Servers that cannot read
// one at all leave it out.
func (q query) isAsked(asked []dnsmessage.Question, header dnsmessage.Header) bool {
	if len(asked) == 0 {
		return header.RCode == dnsmessage.RCodeFormatError || header.RCode == dnsmessage.RCodeNotImplemented
	}
	return len(asked) == 1 && asked[0].Type == q.asked.Type && asked[0].Class == q.asked.Class &&
		strings.EqualFold(asked[0].Name.String(), q.asked.Name.String())
}

// refers tells a server that knows nothing from one that knows of nothing.
func refers(h dnsmessage.Header, records []Record) bool {
	return h.RCode == dnsmessage.RCodeSuccess && !h.Authoritative && !h.RecursionAvailable && len(records) == 0
}

func answers(p *dnsmessage.Parser) ([]Record, error) {
	var all []Record
	for {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		r := Record{Name: plain(h.Name.String()), TTL: int64(h.TTL)}
		if r.Type, r.Value, err = value(p, h.Type); err != nil {
			return nil, err
		}
		if r.Type != "" {
			all = append(all, r)
		}
	}
}

// value reads a record; one of another type is left out, and has none.
func value(p *dnsmessage.Parser, kind dnsmessage.Type) (dns.Type, string, error) {
	switch kind {
	case dnsmessage.TypeA:
		r, err := p.AResource()
		return dns.A, netip.AddrFrom4(r.A).String(), err
	case dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return dns.AAAA, netip.AddrFrom16(r.AAAA).String(), err
	case dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return dns.CNAME, plain(r.CNAME.String()), err
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return TXT, strings.Join(r.TXT, ""), err
	}
	return "", "", p.SkipAnswer()
}

// code is a result in the words of RFC 1035's tools.
func code(c dnsmessage.RCode) string {
	words := []string{NoError, "FORMERR", "SERVFAIL", NXDomain, "NOTIMP", "REFUSED"}
	if int(c) < len(words) {
		return words[c]
	}
	return fmt.Sprintf("RCODE%d", c)
}

// Package updates changes the zone of a DNS server by dynamic updates (RFC 2136), as
// a person with nsupdate would, and reads it as a whole. It is the shortest way from
// record sets to DNS: external-dns does the same, and knows many providers.
package updates

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	rfc "github.com/miekg/dns"

	"github.com/fedrail/fedrail/dns"
)

// Zone is a zone that may be changed. All of it is required.
type Zone struct {
	Server string // host:port
	Name   string // "example.com"
	// KeyName and Secret, in base64, are of a key for HMAC-SHA256.
	KeyName, Secret string
}

// patience is for how long a server may think.
const patience = 5 * time.Second

// Write carries changes out in one message: all of them, or none. What goes is
// written before what comes. That some are blocked is not looked at.
func (z Zone) Write(ctx context.Context, c dns.Changes) error {
	if c.Empty() {
		return nil
	}
	m := new(rfc.Msg).SetUpdate(rfc.Fqdn(z.Name))
	for _, gone := range append(slices.Clone(c.Delete), olds(c.Update)...) {
		m.RemoveRRset([]rfc.RR{&rfc.ANY{Hdr: rfc.RR_Header{Name: rfc.Fqdn(gone.Name), Rrtype: rfc.StringToType[string(gone.Type)]}}})
	}
	for _, set := range append(news(c.Update), c.Create...) {
		records, err := recordsOf(set)
		if err != nil {
			return err
		}
		m.Insert(records)
	}
	return z.send(ctx, m)
}

func olds(all []dns.Update) (sets []dns.RecordSet) {
	for _, u := range all {
		sets = append(sets, u.Old)
	}
	return sets
}

func news(all []dns.Update) (sets []dns.RecordSet) {
	for _, u := range all {
		sets = append(sets, u.New)
	}
	return sets
}

// recordsOf are the records of a set.
func recordsOf(set dns.RecordSet) ([]rfc.RR, error) {
	var all []rfc.RR
	for _, target := range set.Targets {
		if set.Type == dns.CNAME {
			target = rfc.Fqdn(target)
		}
		record, err := rfc.NewRR(fmt.Sprintf("%s %d IN %s %s", rfc.Fqdn(set.Name), set.TTL, set.Type, target))
		if err != nil {
			return nil, fmt.Errorf("updates: %s %s: %w", set.Name, set.Type, err)
		}
		all = append(all, record)
	}
	return all, nil
}

func (z Zone) send(ctx context.Context, m *rfc.Msg) error {
	m.SetTsig(rfc.Fqdn(z.KeyName), rfc.HmacSHA256, 300, time.Now().Unix())
	client := &rfc.Client{Net: "tcp", Timeout: patience, TsigSecret: z.secrets()}
	answer, _, err := client.ExchangeContext(ctx, m, z.Server)
	if err != nil {
		return fmt.Errorf("updates: %s: %w", z.Server, err)
	}
	if answer.Rcode != rfc.RcodeSuccess {
		return fmt.Errorf("updates: %s answers %s: may the key %q change the zone %q?", z.Server, rfc.RcodeToString[answer.Rcode], z.KeyName, z.Name)
	}
	return nil
}

func (z Zone) secrets() map[string]string {
	return map[string]string{rfc.Fqdn(z.KeyName): z.Secret}
}

// Read is the whole zone, but for its SOA, in the order of name and type.
func (z Zone) Read(ctx context.Context) ([]dns.RecordSet, error) {
	m := new(rfc.Msg).SetAxfr(rfc.Fqdn(z.Name))
	m.SetTsig(rfc.Fqdn(z.KeyName), rfc.HmacSHA256, 300, time.Now().Unix())
	transfer := &rfc.Transfer{DialTimeout: patience, ReadTimeout: patience, TsigSecret: z.secrets()}
	parts, err := transfer.In(m, z.Server)
	if err != nil {
		return nil, fmt.Errorf("updates: %s: %w", z.Server, err)
	}
	sets := map[string]*dns.RecordSet{}
	for part := range parts {
		if part.Error != nil {
			return nil, fmt.Errorf("updates: %s does not transfer the zone %q: %w", z.Server, z.Name, errors.Join(part.Error, ctx.Err()))
		}
		for _, record := range part.RR {
			collect(sets, record)
		}
	}
	return inOrder(sets), nil
}

// collect puts a record into its set.
func collect(sets map[string]*dns.RecordSet, record rfc.RR) {
	h := record.Header()
	if h.Rrtype == rfc.TypeSOA {
		return
	}
	name, kind := strings.TrimSuffix(h.Name, "."), rfc.TypeToString[h.Rrtype]
	set := sets[name+" "+kind]
	if set == nil {
		set = &dns.RecordSet{Name: name, Type: dns.Type(kind), TTL: int64(h.Ttl)}
		sets[name+" "+kind] = set
	}
	value := strings.TrimPrefix(record.String(), h.String())
	set.Targets = append(set.Targets, strings.TrimSuffix(value, "."))
}

func inOrder(sets map[string]*dns.RecordSet) []dns.RecordSet {
	all := make([]dns.RecordSet, 0, len(sets))
	for _, set := range sets {
		slices.Sort(set.Targets)
		all = append(all, *set)
	}
	slices.SortFunc(all, func(a, b dns.RecordSet) int {
		return strings.Compare(a.Name+" "+string(a.Type), b.Name+" "+string(b.Type))
	})
	return all
}

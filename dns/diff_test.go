package dns_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
)

func record(name string, kind dns.Type, targets ...string) dns.RecordSet {
	return dns.RecordSet{Name: name, Type: kind, TTL: 180, Targets: targets}
}

func TestDiffIsWhatMakesOneTheOther(t *testing.T) {
	longer := record("ttl.example.com", dns.A, "192.0.2.1")
	longer.TTL = 300
	have := dns.Have{Ours: []dns.RecordSet{
		record("gone.example.com", dns.A, "192.0.2.1"),
		record("moved.example.com", dns.A, "192.0.2.1"),
		record("Same.example.com.", dns.A, "192.0.2.2", "192.0.2.1"),
		record("ttl.example.com", dns.A, "192.0.2.1"),
		record("type.example.com", dns.CNAME, "lb.example.net."),
	}}
	want := []dns.RecordSet{
		record("moved.example.com", dns.A, "192.0.2.2"),
		record("new.example.com", dns.AAAA, "2001:db8::1"),
		record("same.example.com", dns.A, "192.0.2.1", "192.0.2.2"),
		longer,
		record("type.example.com", dns.A, "192.0.2.1"),
	}
	want[2].Labels = map[string]string{"serviceName": "web"}
	require.Equal(t, dns.Changes{
		Delete: []dns.RecordSet{have.Ours[0], have.Ours[4]},
		Update: []dns.Update{{Old: have.Ours[1], New: want[0]}, {Old: have.Ours[3], New: longer}},
		Create: []dns.RecordSet{want[1], want[4]},
	}, dns.Diff(have, want))
	require.True(t, dns.Diff(dns.Have{Ours: want}, want).Empty())
}

func TestDiffLeavesOthersRecordsAlone(t *testing.T) {
	cname, a, txt := record("x.example.com", dns.CNAME, "lb.example.net"), record("x.example.com", dns.A, "192.0.2.1"), record("X.example.com.", "TXT", "theirs")
	set := a
	set.SetIdentifier = "c1"
	otherSet := a
	otherSet.SetIdentifier = "theirs"
	for name, c := range map[string]struct {
		want, theirs dns.RecordSet
		blocked      bool
	}{
		"the same type":                {a, a, true},
		"a CNAME beside anything":      {cname, txt, true},
		"anything beside their CNAME":  {a, cname, true},
		"an address beside their text": {a, txt, false},
		"a set beside their plain one": {set, a, true},
		"a set beside another of them": {set, otherSet, false},
		"another name":                 {a, record("y.example.com", dns.A, "192.0.2.9"), false},
	} {
		t.Run(name, func(t *testing.T) {
			want := dns.Changes{Create: []dns.RecordSet{c.want}}
			if c.blocked {
				want = dns.Changes{Blocked: []dns.Blocked{{Want: c.want, By: c.theirs}}}
			}
			require.Equal(t, want, dns.Diff(dns.Have{Others: []dns.RecordSet{c.theirs}}, []dns.RecordSet{c.want}))
		})
	}
	require.True(t, dns.Diff(dns.Have{Others: []dns.RecordSet{a, txt}}, nil).Empty(), "nothing of theirs is deleted")
	both := dns.Diff(dns.Have{Ours: []dns.RecordSet{cname}, Others: []dns.RecordSet{txt}}, []dns.RecordSet{cname})
	require.True(t, both.Empty(), "what is ours and blocked stays")
}

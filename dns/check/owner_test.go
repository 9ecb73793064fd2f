package check_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

const (
	ours   = "heritage=external-dns,external-dns/owner=hub,external-dns/resource=crd/shop/service-web"
	prefix = "ed-%{record_type}."
)

// text is an answer with one text.
func text(name, value string) *check.Answer { return answer(rec(name, check.TXT, value)) }

func TestExternalDNSSaysWhoseARecordIs(t *testing.T) {
	theirs, alias := rec(web, dns.A, "203.0.113.9"), rec(web, dns.CNAME, lb)
	of := func(there check.Record, at string, says *check.Answer) zone {
		return zone{q(web, dns.A): answer(there), q(at, check.TXT): says}
	}
	for name, c := range map[string]struct {
		zone            zone
		prefixes        []string
		owner, resource string
		says            string
	}{
		"under a prefix":         {of(theirs, "ed-a.web.example.com", text("ed-a.web.example.com", ours)), []string{prefix}, "hub", "crd/shop/service-web", "(owner hub, for crd/shop/service-web): it has not written the change yet"},
		"under none":             {of(theirs, "a-web.example.com", text("a-web.example.com", ours)), []string{""}, "hub", "crd/shop/service-web", "owner hub"},
		"under a plain one":      {of(theirs, "cnamea-web.example.com", text("cnamea-web.example.com", ours)), []string{"CName"}, "hub", "crd/shop/service-web", "owner hub"},
		"under one of several":   {of(theirs, "ed-a.web.example.com", text("ed-a.web.example.com", ours)), []string{"", prefix}, "hub", "crd/shop/service-web", "owner hub"},
		"in quotes":              {of(theirs, "a-web.example.com", text("a-web.example.com", `"`+ours+`"`)), []string{""}, "hub", "crd/shop/service-web", "owner hub"},
		"for nothing in special": {of(theirs, "a-web.example.com", text("a-web.example.com", "heritage=external-dns,external-dns/owner=hub")), []string{""}, "hub", "", "(owner hub): it has"},
		"of what is there":       {of(alias, "ed-cname.web.example.com", text("ed-cname.web.example.com", ours)), []string{prefix}, "hub", "crd/shop/service-web", "a CNAME is there, and beside it no address can be: external-dns wrote it"},
		"nowhere":                {of(theirs, "other.example.com", nil), []string{"", prefix}, "", "", "no TXT record says that external-dns wrote it (a-web.example.com, ed-a.web.example.com): it is somebody else's"},
		"of another type":        {of(theirs, "ed-cname.web.example.com", text("ed-cname.web.example.com", ours)), []string{prefix}, "", "", "it is somebody else's"},
		"in what nobody reads":   {of(theirs, "a-web.example.com", text("a-web.example.com", "b3BhcXVl")), []string{""}, "", "", "has not written the change yet, or it is somebody else's"},
		"and nobody answers":     {of(theirs, "a-web.example.com", nil), []string{"", prefix}, "", "", "has not written the change yet, or it is somebody else's"},
		"where one is refused":   {of(theirs, "a-web.example.com", coded("REFUSED")), []string{""}, "", "", "has not written the change yet, or it is somebody else's"},
	} {
		t.Run(name, func(t *testing.T) {
			f := only(t, c.zone, []dns.RecordSet{set(web, dns.A, "192.0.2.1")}, check.Options{TXTPrefixes: c.prefixes})
			require.Equal(t, c.owner, f.Owner)
			require.Equal(t, c.resource, f.Resource)
			require.Contains(t, f.Message, c.says)
		})
	}
}

func TestWhoseANameThatLingersIsIsSaid(t *testing.T) {
	there := zone{
		q("old.example.com", dns.A):           answer(rec("old.example.com", dns.A, "192.0.2.1")),
		q("a-old.example.com", check.TXT):     text("a-old.example.com", ours),
		q("other.example.com", dns.A):         answer(rec("other.example.com", dns.A, "192.0.2.1")),
		q("unknown.example.com", dns.A):       answer(rec("unknown.example.com", dns.A, "192.0.2.1")),
		q("a-unknown.example.com", check.TXT): nil,
	}
	for name, says := range map[string]string{
		"old.example.com":     "external-dns wrote it (owner hub, for crd/shop/service-web): look whether one with this --txt-owner-id still runs",
		"other.example.com":   "no TXT record says that external-dns wrote it (a-other.example.com): delete it",
		"unknown.example.com": "external-dns deletes with --policy=sync only",
	} {
		f := only(t, there, nil, check.Options{Gone: []string{name}, TXTPrefixes: []string{""}})
		require.Equal(t, check.Lingers, f.Verdict)
		require.Contains(t, f.Message, says)
	}
}

func TestWhatIsRightIsAskedForOnce(t *testing.T) {
	asker := &counting{Asker: zone{q(web, dns.A): answer(rec(web, dns.A, "192.0.2.1"))}}
	only(t, asker, []dns.RecordSet{set(web, dns.A, "192.0.2.1")}, check.Options{TXTPrefixes: []string{"", prefix}})
	require.Equal(t, 1, asker.asked)
}

func TestARealServerIsAskedWhoseARecordIs(t *testing.T) {
	server := check.Server(nameservertest.Start(t, "example.com", `
web          IN A     192.0.2.1
ed-a.web     IN TXT   "heritage=external-dns,external-dns/owner=hub," "external-dns/resource=crd/shop/service-web"
www          IN A     203.0.113.9
`).Addr())
	want := []dns.RecordSet{set(web, dns.A, "192.0.2.2"), set("www.example.com", dns.A, "192.0.2.2")}
	report, err := check.Check(t.Context(), server, want, check.Options{TXTPrefixes: []string{"", prefix}})
	require.NoError(t, err)
	require.Equal(t, map[check.Verdict]int{check.Differs: 2}, report.Counts)
	require.Equal(t, "nothing of what is wanted is there: external-dns wrote it (owner hub, for crd/shop/service-web): "+
		"it has not written the change yet, or has it from another DNSEndpoint with this name too", report.Findings[0].Message)
	require.Equal(t, "crd/shop/service-web", report.Findings[0].Resource)
	require.Equal(t, "nothing of what is wanted is there: no TXT record says that external-dns wrote it (a-www.example.com, ed-a.www.example.com): "+
		"it is somebody else's record, which external-dns leaves alone (delete it, or choose another name), "+
		"or external-dns says so elsewhere (--txt-prefix, --registry)", report.Findings[1].Message)
}

package check_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

const web, lb = "web.example.com", "lb.example.net"

func slow(r check.Record, ttl int64) check.Record {
	r.TTL = ttl
	return r
}

func TestAddressesAreComparedWithTheAnswer(t *testing.T) {
	want := set(web, dns.A, "192.0.2.2", "192.0.2.1")
	one, two, other := rec(web, dns.A, "192.0.2.1"), rec(web, dns.A, "192.0.2.2"), rec(web, dns.A, "203.0.113.9")
	for name, c := range map[string]struct {
		answer         *check.Answer
		verdict        check.Verdict
		extra, lacking []string
		says           string
	}{
		"in any order":               {answer(two, one), check.Right, nil, nil, ""},
		"capitals do not matter":     {answer(rec("WEB.example.com.", dns.A, "192.0.2.1"), two), check.Right, nil, nil, ""},
		"a cache counts down":        {answer(slow(one, 7), slow(two, 7)), check.Right, nil, nil, ""},
		"higher is another TTL":      {answer(slow(one, 300), slow(two, 300)), check.TTL, nil, nil, "for 300 s and not for 180 s"},
		"no such name":               {coded(check.NXDomain), check.Missing, nil, want.Targets, "--domain-filter"},
		"no such type":               {answer(), check.Missing, nil, want.Targets, "status.observedGeneration"},
		"one is not there":           {answer(one), check.Differs, nil, []string{"192.0.2.2"}, "192.0.2.2 is not there"},
		"one too many":               {answer(one, two, other), check.Differs, []string{"203.0.113.9"}, nil, "203.0.113.9 is there and not wanted"},
		"one is another":             {answer(one, other), check.Differs, []string{"203.0.113.9"}, []string{"192.0.2.2"}, "203.0.113.9 is there in the place of 192.0.2.2"},
		"nothing of ours":            {answer(other), check.Differs, []string{"203.0.113.9"}, want.Targets, "has not written the change yet, or it is somebody else's"},
		"a CNAME in its place":       {answer(rec(web, dns.CNAME, lb)), check.WrongType, []string{lb}, want.Targets, "a CNAME is there"},
		"also when it ends nowhere":  {coded(check.NXDomain, rec(web, dns.CNAME, lb)), check.WrongType, []string{lb}, want.Targets, "a CNAME is there"},
		"also when that has them":    {answer(rec(web, dns.CNAME, lb), rec(lb, dns.A, "192.0.2.1"), rec(lb, dns.A, "192.0.2.2")), check.WrongType, []string{lb}, want.Targets, "a CNAME"},
		"the server refuses":         {coded("REFUSED"), check.Unanswered, nil, nil, "does not serve the zone"},
		"the server is broken":       {coded("SERVFAIL"), check.Unanswered, nil, nil, "is the zone loaded"},
		"the server is old":          {coded("NOTIMP"), check.Unanswered, nil, nil, "NOTIMP"},
		"the server names others":    {&check.Answer{Code: check.NoError, Referral: true}, check.Unanswered, nil, nil, "names others"},
		"nobody answers":             {nil, check.Unanswered, nil, nil, errSilent.Error()},
		"records of other names":     {answer(rec(lb, dns.A, "192.0.2.1")), check.Missing, nil, want.Targets, "no such record"},
		"the same address, twice":    {answer(one, two, two), check.Right, nil, nil, ""},
		"a TTL that is not the same": {answer(one, slow(two, 400)), check.TTL, nil, nil, "400 s"},
	} {
		t.Run(name, func(t *testing.T) {
			f := only(t, zone{q(web, dns.A): c.answer}, []dns.RecordSet{want}, check.Options{})
			require.Equal(t, c.verdict, f.Verdict, f.Message)
			require.ElementsMatch(t, c.extra, f.Extra)
			require.ElementsMatch(t, c.lacking, f.Lacking)
			require.Equal(t, []string{"192.0.2.1", "192.0.2.2"}, f.Want)
			if c.says == "" {
				require.Empty(t, f.Message)
			}
			require.Contains(t, f.Message, c.says)
		})
	}
}

func TestAddressesHaveOneSpelling(t *testing.T) {
	f := only(t, zone{q(web, dns.AAAA): answer(rec(web, dns.AAAA, "2001:db8::1"))}, []dns.RecordSet{set("Web.example.com.", dns.AAAA, "2001:DB8:0::1")}, check.Options{})
	require.Equal(t, check.Finding{Name: web, Type: dns.AAAA, Want: []string{"2001:db8::1"}, Got: []string{"2001:db8::1"},
		WantTTL: 180, GotTTL: 180, Verdict: check.Right, Code: check.NoError}, f)
}

func TestTheProvidersOwnTTLIsRight(t *testing.T) {
	want := set(web, dns.A, "192.0.2.1")
	want.TTL = 0
	f := only(t, zone{q(web, dns.A): answer(slow(rec(web, dns.A, "192.0.2.1"), 86400))}, []dns.RecordSet{want}, check.Options{})
	require.Equal(t, check.Right, f.Verdict)
}

func TestACNAMEIsFollowedToItsEnd(t *testing.T) {
	alias := answer(rec(web, dns.CNAME, lb))
	for name, c := range map[string]struct {
		zone             zone
		verdict          check.Verdict
		chain, addresses []string
		says             string
	}{
		"to addresses":                 {zone{q(lb, dns.A): answer(rec(lb, dns.A, "192.0.2.7"))}, check.Right, []string{lb}, []string{"192.0.2.7"}, ""},
		"to addresses of version 6":    {zone{q(lb, dns.AAAA): answer(rec(lb, dns.AAAA, "2001:db8::7"))}, check.Right, []string{lb}, []string{"2001:db8::7"}, ""},
		"in one answer":                {zone{q(lb, dns.A): answer(rec(lb, dns.CNAME, "b.net"), rec("b.net", dns.A, "192.0.2.7"))}, check.Right, []string{lb, "b.net"}, []string{"192.0.2.7"}, ""},
		"in several":                   {zone{q(lb, dns.A): answer(rec(lb, dns.CNAME, "b.net")), q("b.net", dns.A): answer(rec("b.net", dns.A, "192.0.2.7"))}, check.Right, []string{lb, "b.net"}, []string{"192.0.2.7"}, ""},
		"in several, of version 6":     {zone{q(lb, dns.A): answer(rec(lb, dns.CNAME, "b.net")), q("b.net", dns.AAAA): answer(rec("b.net", dns.AAAA, "2001:db8::7"))}, check.Right, []string{lb, "b.net"}, []string{"2001:db8::7"}, ""},
		"to no name":                   {zone{}, check.Dangling, []string{lb}, nil, `leads to "lb.example.net", which has no address`},
		"to a name without address":    {zone{q(lb, "TXT"): answer()}, check.Dangling, []string{lb}, nil, "has no address"},
		"further, to no name":          {zone{q(lb, dns.A): coded(check.NXDomain, rec(lb, dns.CNAME, "b.net"))}, check.Dangling, []string{lb, "b.net"}, nil, `"b.net"`},
		"back to itself":               {zone{q(lb, dns.A): answer(rec(lb, dns.CNAME, web))}, check.Dangling, []string{lb}, nil, "in a circle"},
		"in an answer with a circle":   {zone{q(lb, dns.A): answer(rec(lb, dns.CNAME, "b.net"), rec("b.net", dns.CNAME, lb))}, check.Dangling, []string{lb, "b.net"}, nil, "in a circle"},
		"in a circle that is an error": {zone{q(lb, dns.A): coded("SERVFAIL", rec(lb, dns.CNAME, "b.net"), rec("b.net", dns.CNAME, lb))}, check.Dangling, []string{lb, "b.net"}, nil, "in a circle"},
		"to where nobody knows":        {zone{q(lb, dns.A): coded("REFUSED")}, check.Right, []string{lb}, nil, "the server refuses"},
		"to where nobody answers":      {zone{q(lb, dns.A): nil}, check.Right, []string{lb}, nil, errSilent.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			c.zone[q(web, dns.CNAME)] = alias
			f := only(t, c.zone, []dns.RecordSet{set(web, dns.CNAME, "LB.example.net.")}, check.Options{})
			require.Equal(t, c.verdict, f.Verdict, f.Message)
			require.Equal(t, c.chain, f.Chain)
			require.Equal(t, c.addresses, f.Addresses)
			require.Contains(t, f.Message, c.says)
		})
	}
}

func TestAChainThatDoesNotEndIsGivenUp(t *testing.T) {
	endless := zone{}
	for i := range 40 {
		from, to := fmt.Sprintf("n%d.example.com", i), fmt.Sprintf("n%d.example.com", i+1)
		alias := answer(rec(from, dns.CNAME, to))
		endless[q(from, dns.CNAME)], endless[q(from, dns.A)] = alias, alias
	}
	f := only(t, endless, []dns.RecordSet{set("n0.example.com", dns.CNAME, "n1.example.com")}, check.Options{})
	require.Equal(t, check.Dangling, f.Verdict)
	require.Contains(t, f.Message, "more than 16 names")
}

func TestWhereACNAMEIsWantedOtherThingsAreSeen(t *testing.T) {
	want := []dns.RecordSet{set(web, dns.CNAME, lb)}
	f := only(t, zone{q(web, dns.AAAA): answer(rec(web, dns.AAAA, "2001:db8::1"))}, want, check.Options{})
	require.Equal(t, check.WrongType, f.Verdict)
	require.Equal(t, dns.AAAA, f.GotType)
	require.Contains(t, f.Message, "records of type AAAA are there")

	f = only(t, zone{q(web, dns.CNAME): answer(rec(web, dns.CNAME, "else.example.net"))}, want, check.Options{})
	require.Equal(t, check.Differs, f.Verdict)
	require.Empty(t, f.Chain, "what is not wanted is not followed")

	f = only(t, zone{}, want, check.Options{})
	require.Equal(t, check.Missing, f.Verdict)
}

func TestOfSetsToChooseFromOneIsEnough(t *testing.T) {
	paris, boston := set(web, dns.A, "192.0.2.1", "192.0.2.2"), set(web, dns.A, "192.0.2.7")
	paris.SetIdentifier, boston.SetIdentifier = "paris", "boston"
	want := []dns.RecordSet{paris, boston}
	f := only(t, zone{q(web, dns.A): answer(rec(web, dns.A, "192.0.2.1"), rec(web, dns.A, "192.0.2.2"))}, want, check.Options{})
	require.Equal(t, check.Right, f.Verdict)
	require.Equal(t, "paris", f.Set)

	f = only(t, zone{q(web, dns.A): answer(rec(web, dns.A, "192.0.2.1"), rec(web, dns.A, "192.0.2.7"))}, want, check.Options{})
	require.Equal(t, check.Differs, f.Verdict, "not a mix of both")
	require.Equal(t, "boston", f.Set)
	require.Equal(t, []string{"192.0.2.1"}, f.Extra)
}

func TestSetsWithoutAnIdentifierAreOneSet(t *testing.T) {
	want := []dns.RecordSet{set(web, dns.A, "192.0.2.1"), set("Web.example.com.", dns.A, "192.0.2.7")}
	one, seven := rec(web, dns.A, "192.0.2.1"), rec(web, dns.A, "192.0.2.7")
	f := only(t, zone{q(web, dns.A): answer(seven, one)}, want, check.Options{})
	require.Equal(t, check.Right, f.Verdict)
	f = only(t, zone{q(web, dns.A): answer(one)}, want, check.Options{})
	require.Equal(t, check.Differs, f.Verdict, "no choice is left to the server")
	require.Equal(t, []string{"192.0.2.7"}, f.Lacking)
	require.Equal(t, []string{"192.0.2.1"}, want[0].Targets, "nothing of the arguments is modified")
}

func TestOnlyWhoMayRememberIsSaidToRemember(t *testing.T) {
	want := []dns.RecordSet{set(web, dns.A, "192.0.2.1")}
	for name, got := range map[string]*check.Answer{
		"Missing": coded(check.NXDomain), "Differs": answer(rec(web, dns.A, "192.0.2.7")),
		"WrongType": answer(rec(web, dns.CNAME, lb)), "TTL": answer(slow(rec(web, dns.A, "192.0.2.1"), 300)),
	} {
		t.Run(name, func(t *testing.T) {
			f := only(t, zone{q(web, dns.A): got}, want, check.Options{})
			require.Equal(t, check.Verdict(name), f.Verdict)
			require.Contains(t, f.Message, "the server remembers")
			got.Authoritative = true
			f = only(t, zone{q(web, dns.A): got}, want, check.Options{})
			require.Equal(t, check.Verdict(name), f.Verdict)
			require.True(t, f.Authoritative)
			require.NotContains(t, f.Message, "remembers")
		})
	}
}

func TestNamesThatShouldBeGoneAreLookedFor(t *testing.T) {
	there := zone{
		q("old.example.com", dns.A):      answer(rec("old.example.com", dns.A, "192.0.2.1")),
		q("old6.example.com", dns.AAAA):  answer(rec("old6.example.com", dns.AAAA, "2001:db8::1")),
		q("alias.example.com", dns.A):    coded(check.NXDomain, rec("alias.example.com", dns.CNAME, lb)),
		q("text.example.com", "TXT"):     answer(),
		q("refused.example.com", dns.A):  coded("REFUSED"),
		q("wanted.example.com", dns.A):   answer(rec("wanted.example.com", dns.A, "192.0.2.1")),
		q("wanted.example.com", "UNUSE"): nil,
	}
	report, err := check.Check(t.Context(), there, []dns.RecordSet{set("wanted.example.com", dns.A, "192.0.2.1")}, check.Options{
		Gone: []string{"text.example.com", "old6.example.com", "Old.example.com.", "old.example.com", "alias.example.com", "refused.example.com", "wanted.example.com", "none.example.com"},
	})
	require.NoError(t, err)
	verdicts := map[string]check.Verdict{}
	for _, f := range report.Findings {
		verdicts[f.Name+" "+string(f.Type)] = f.Verdict
	}
	require.Equal(t, map[string]check.Verdict{
		"alias.example.com CNAME": check.Lingers, "old.example.com A": check.Lingers, "old6.example.com AAAA": check.Lingers,
		"none.example.com ": check.Right, "text.example.com ": check.Right, "refused.example.com ": check.Unanswered,
		"wanted.example.com A": check.Right,
	}, verdicts)
	require.Len(t, report.Findings, len(verdicts))
	require.False(t, report.OK())
	require.Equal(t, map[check.Verdict]int{check.Lingers: 3, check.Right: 3, check.Unanswered: 1}, report.Counts)
}

func TestFindingsAreInTheOrderOfNameAndType(t *testing.T) {
	var want []dns.RecordSet
	for i := range 50 {
		name := fmt.Sprintf("n%02d.example.com", 49-i)
		want = append(want, set(name, dns.AAAA, "2001:db8::1"), set(name, dns.A, "192.0.2.1"))
	}
	for _, parallel := range []int{1, 3, 0} {
		report, err := check.Check(t.Context(), zone{}, want, check.Options{Parallel: parallel})
		require.NoError(t, err)
		require.Len(t, report.Findings, 100)
		require.Equal(t, map[check.Verdict]int{check.Missing: 100}, report.Counts)
		for i, f := range report.Findings {
			require.Equal(t, fmt.Sprintf("n%02d.example.com", i/2), f.Name)
			require.Equal(t, []dns.Type{dns.A, dns.AAAA}[i%2], f.Type)
		}
	}
}

func TestAServerThatNeverAnswersIsGivenUp(t *testing.T) {
	silent := zone{}
	var want []dns.RecordSet
	for i := range 100 {
		want = append(want, set(fmt.Sprintf("n%d.example.com", i), dns.A, "192.0.2.1"))
		silent[q(want[i].Name, dns.A)] = nil
	}
	asker := &counting{Asker: silent}
	report, err := check.Check(t.Context(), asker, want, check.Options{Parallel: 1})
	require.NoError(t, err)
	require.Equal(t, map[check.Verdict]int{check.Unanswered: 100}, report.Counts)
	require.Equal(t, 3, asker.asked)
	require.Equal(t, errSilent.Error(), report.Findings[99].Message)
}

func TestWhatNobodyCanBeAskedIsNotTheServersFault(t *testing.T) {
	server := check.Server(nameservertest.Start(t, "example.com", "web IN A 192.0.2.1").Addr())
	want := []dns.RecordSet{set(web, dns.A, "192.0.2.1")}
	for i := range 5 {
		want = append(want, set(fmt.Sprintf("a%d.example.com", i), "MX", "10 mail"), set(fmt.Sprintf("a%d..example.com", i), dns.A, "192.0.2.1"))
	}
	report, err := check.Check(t.Context(), server, want, check.Options{Parallel: 1})
	require.NoError(t, err)
	require.Equal(t, map[check.Verdict]int{check.Right: 1, check.Unanswered: 10}, report.Counts)
	require.Contains(t, report.Findings[0].Message, "a0..example.com. cannot be asked for")
	require.NotContains(t, report.Findings[0].Message, "no answer")
	require.Contains(t, report.Findings[1].Message, `type "MX" are not compared`)
}

func TestAnAnswerKeepsTheServerInUse(t *testing.T) {
	silent := zone{q("a.example.com", dns.A): answer(rec("a.example.com", dns.A, "192.0.2.1"))}
	want := []dns.RecordSet{set("a.example.com", dns.A, "192.0.2.1")}
	for i := range 10 {
		want = append(want, set(fmt.Sprintf("n%d.example.com", i), dns.A, "192.0.2.1"))
		silent[q(want[i+1].Name, dns.A)] = nil
	}
	asker := &counting{Asker: silent}
	_, err := check.Check(t.Context(), asker, want, check.Options{Parallel: 1})
	require.NoError(t, err)
	require.Equal(t, 11, asker.asked)
}

func TestCheckEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := check.Check(ctx, zone{}, []dns.RecordSet{set(web, dns.A, "192.0.2.1")}, check.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestFewerThanOneAtATimeIsRefused(t *testing.T) {
	_, err := check.Check(t.Context(), zone{}, nil, check.Options{Parallel: -1})
	require.ErrorContains(t, err, "parallel: -1")
}

func TestNothingWantedIsRight(t *testing.T) {
	report, err := check.Check(t.Context(), zone{}, nil, check.Options{})
	require.NoError(t, err)
	require.True(t, report.OK())
	require.Empty(t, report.Findings)
}

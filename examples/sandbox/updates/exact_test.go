package updates_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/examples/sandbox/updates"
	"github.com/fedrail/fedrail/internal/nameserver"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

// record is a set in the domain, as it is read.
func record(name string, kind dns.Type, ttl int64, targets ...string) dns.RecordSet {
	return dns.RecordSet{Name: name + "." + domain, Type: kind, TTL: ttl, Targets: targets}
}

func TestWhatIsReadIsExactlyWhatWasWritten(t *testing.T) {
	w := newWorld(t)
	first := []dns.RecordSet{
		record("a", dns.A, 61, "192.0.2.1", "192.0.2.2"),
		record("a", dns.AAAA, 62, "2001:db8::1", "2001:db8::2"),
		record("b", dns.CNAME, 63, "a."+domain),
		record("c", dns.A, 64, "192.0.2.3"),
	}
	require.NoError(t, w.zone.Write(t.Context(), dns.Changes{Create: first}))
	require.Equal(t, first, w.read().Ours)

	second := []dns.RecordSet{
		record("a", dns.A, 71, "192.0.2.1", "192.0.2.2"),
		record("b", dns.A, 72, "192.0.2.4"),
		record("c", dns.CNAME, 73, "lb.example.net"),
	}
	changes := dns.Diff(w.read(), second)
	require.Len(t, changes.Update, 1, "only a TTL is another")
	require.NoError(t, w.zone.Write(t.Context(), changes), "a CNAME goes before an address comes, and the other way round")
	require.Equal(t, second, w.read().Ours)
}

func TestALevelThatNobodyServesIsANameForTheNext(t *testing.T) {
	w := newWorld(t)
	away := clusters()
	away[2].Ready = false
	w.publish(away...)
	answer, err := check.Server(w.server.Addr()).Ask(t.Context(), check.Question{Name: common + ".us-a.us." + domain, Type: dns.A})
	require.NoError(t, err)
	require.ElementsMatch(t, []check.Record{
		{Name: common + ".us-a.us." + domain, Type: dns.CNAME, TTL: 7, Value: common + ".us." + domain},
		{Name: common + ".us." + domain, Type: dns.CNAME, TTL: 7, Value: common + "." + domain},
		{Name: common + "." + domain, Type: dns.A, TTL: 7, Value: "192.0.2.1"},
		{Name: common + "." + domain, Type: dns.A, TTL: 7, Value: "192.0.2.2"},
	}, answer.Records)
}

func TestAClusterThatIsRemovedLeavesNoName(t *testing.T) {
	w := newWorld(t)
	w.publish(clusters()...)
	w.publish(clusters()[:2]...)
	for _, name := range []string{common + ".us", common + ".us-a.us"} {
		answer, err := check.Server(w.server.Addr()).Ask(t.Context(), check.Question{Name: name + "." + domain, Type: dns.A})
		require.NoError(t, err)
		require.Equal(t, check.NXDomain, answer.Code, name)
	}
}

func TestAServerInAFolderOfAnEarlierOneHasTheZoneThatItIsGiven(t *testing.T) {
	nameservertest.Start(t, domain) // says so where there is no BIND
	dir := t.TempDir()
	run := func() (*nameserver.Server, updates.Zone) {
		s, err := nameserver.Start(t.Context(), nameserver.Options{Dir: dir, Zone: domain})
		require.NoError(t, err)
		t.Cleanup(s.Stop)
		return s, updates.Zone{Server: s.Addr(), Name: s.Zone(), KeyName: s.Key().Name, Secret: s.Key().Secret}
	}
	earlier, zone := run()
	before, err := zone.Read(t.Context())
	require.NoError(t, err)
	require.NoError(t, zone.Write(t.Context(), dns.Changes{Create: []dns.RecordSet{record("x", dns.A, 60, "192.0.2.9")}}))
	earlier.Stop()
	_, err = zone.Read(t.Context())
	require.Error(t, err, "it has ended")

	_, zone = run()
	after, err := zone.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after)
}

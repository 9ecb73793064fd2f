package updates_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/examples/sandbox/updates"
	"github.com/fedrail/fedrail/internal/nameserver"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

const domain = "fed.example.test"

// world is a zone in which we publish, and somebody else, too.
type world struct {
	*testing.T
	server *nameserver.Server
	zone   updates.Zone
}

func newWorld(t *testing.T) *world {
	s := nameservertest.Start(t, domain, "old 60 IN A 198.51.100.1", "mail 60 IN MX 10 old")
	return &world{T: t, server: s, zone: updates.Zone{Server: s.Addr(), Name: s.Zone(), KeyName: s.Key().Name, Secret: s.Key().Secret}}
}

// is somebody else's.
func foreign(r dns.RecordSet) bool {
	return slices.Contains([]string{domain, "ns1." + domain, "old." + domain, "mail." + domain}, r.Name)
}

// read is the zone: what is ours, and what is not.
func (w *world) read() dns.Have {
	w.Helper()
	all, err := w.zone.Read(context.Background())
	require.NoError(w, err)
	var have dns.Have
	for _, r := range all {
		if foreign(r) {
			have.Others = append(have.Others, r)
		} else {
			have.Ours = append(have.Ours, r)
		}
	}
	return have
}

// publish makes the zone hold what the request comes to, and no more.
func (w *world) publish(endpoints ...dns.Endpoint) {
	w.Helper()
	result, err := dns.Levels{}.Build(context.Background(), dns.Request{
		Namespace: "shop", Name: "web", DomainRef: "prod", Domain: domain, Prefix: "shop", TTL: 7, Endpoints: endpoints,
	})
	require.NoError(w, err)
	require.NoError(w, w.zone.Write(context.Background(), dns.Diff(w.read(), result.Records)))
	require.True(w, dns.Diff(w.read(), result.Records).Empty(), "what was written is what is read")
}

// answers are what the server answers for names of the Service: the addresses, and
// nothing where there is no such name.
func (w *world) answers(kind dns.Type, names ...string) map[string][]string {
	w.Helper()
	all := map[string][]string{}
	for _, name := range names {
		a, err := check.Server(w.server.Addr()).Ask(context.Background(), check.Question{Name: name + "." + domain, Type: kind})
		require.NoError(w, err)
		for _, r := range a.Records {
			if r.Type == kind {
				all[name] = append(all[name], r.Value)
				require.Equal(w, int64(7), r.TTL)
			}
		}
		slices.Sort(all[name])
	}
	return all
}

const common = "web.shop.prod.svc"

var levels = []string{common, common + ".eu", common + ".us", common + ".eu-a.eu", common + ".eu-b.eu", common + ".us-a.us", "shop"}

func clusters() []dns.Endpoint {
	return []dns.Endpoint{
		{Cluster: "member1", Region: "eu", Zones: []string{"eu-a"}, Ready: true, Addresses: []string{"192.0.2.1", "2001:db8::1"}},
		{Cluster: "member2", Region: "eu", Zones: []string{"eu-b"}, Ready: true, Addresses: []string{"192.0.2.2"}},
		{Cluster: "member3", Region: "us", Zones: []string{"us-a"}, Ready: true, Addresses: []string{"192.0.2.3"}},
	}
}

func everywhere() map[string][]string {
	return map[string][]string{
		common: {"192.0.2.1", "192.0.2.2", "192.0.2.3"}, "shop": {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
		common + ".eu": {"192.0.2.1", "192.0.2.2"}, common + ".us": {"192.0.2.3"},
		common + ".eu-a.eu": {"192.0.2.1"}, common + ".eu-b.eu": {"192.0.2.2"}, common + ".us-a.us": {"192.0.2.3"},
	}
}

func TestARealServerAnswersAtEachLevel(t *testing.T) {
	w := newWorld(t)
	w.publish(clusters()...)
	require.Equal(t, everywhere(), w.answers(dns.A, levels...))
	require.Equal(t, map[string][]string{common: {"2001:db8::1"}, common + ".eu": {"2001:db8::1"}, common + ".eu-a.eu": {"2001:db8::1"}, "shop": {"2001:db8::1"}},
		w.answers(dns.AAAA, common, common+".eu", common+".eu-a.eu", "shop"))
}

func TestAClusterThatIsAwayLeadsToTheNextLevelAndBack(t *testing.T) {
	w := newWorld(t)
	w.publish(clusters()...)

	away := clusters()
	away[2].Ready, away[2].Message = false, "no answer"
	w.publish(away...)
	rest := []string{"192.0.2.1", "192.0.2.2"}
	want := everywhere()
	want[common], want["shop"], want[common+".us"], want[common+".us-a.us"] = rest, rest, rest, rest
	require.Equal(t, want, w.answers(dns.A, levels...), "us leads to everywhere")

	away[1].Ready = false
	w.publish(away...)
	for name, addresses := range w.answers(dns.A, levels...) {
		require.Equal(t, []string{"192.0.2.1"}, addresses, "%s leads to the one that is left", name)
	}

	w.publish(clusters()...)
	require.Equal(t, everywhere(), w.answers(dns.A, levels...), "as before")
}

func TestNothingIsLeftAndNothingOfOthersIsTouched(t *testing.T) {
	w := newWorld(t)
	before := w.read()
	w.publish(clusters()...)
	require.NoError(t, w.zone.Write(t.Context(), dns.Diff(w.read(), nil)))
	require.Equal(t, before, w.read())
	require.Empty(t, before.Ours)
	require.Len(t, before.Others, 4)
}

func TestWhoHasNotTheKeyChangesNothing(t *testing.T) {
	w := newWorld(t)
	stranger := w.zone
	stranger.Secret = "c3RyYW5nZXI="
	create := dns.Changes{Create: []dns.RecordSet{{Name: "x." + domain, Type: dns.A, TTL: 60, Targets: []string{"192.0.2.9"}}}}
	require.Error(t, stranger.Write(t.Context(), create))
	_, err := stranger.Read(t.Context())
	require.Error(t, err)
	require.Empty(t, w.read().Ours)

	elsewhere := dns.Changes{Create: []dns.RecordSet{{Name: "x.example.org", Type: dns.A, TTL: 60, Targets: []string{"192.0.2.9"}}}}
	require.ErrorContains(t, w.zone.Write(t.Context(), elsewhere), "NOTZONE")
}

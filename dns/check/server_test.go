package check_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

func TestARealServerIsChecked(t *testing.T) {
	var many strings.Builder
	var addresses []string
	for i := range 60 {
		addresses = append(addresses, fmt.Sprintf("192.0.2.%d", i+1))
		fmt.Fprintf(&many, "many IN A %s\n", addresses[i])
	}
	server := check.Server(nameservertest.Start(t, "example.com", many.String()+`
web      IN A     192.0.2.1
web      IN A     192.0.2.2
web      IN AAAA  2001:db8::1
eu       IN CNAME web
away     IN CNAME lb.example.net.
nowhere  IN CNAME none
loop     IN CNAME pool
pool     IN CNAME loop
theirs   IN A     203.0.113.9
long 900 IN A     192.0.2.1
text     IN TXT   "theirs"
deep.old IN A     192.0.2.1
*.wild   IN CNAME web
`).Addr())
	report, err := check.Check(t.Context(), server, []dns.RecordSet{
		set("web.example.com", dns.A, "192.0.2.1", "192.0.2.2"),
		set("web.example.com", dns.AAAA, "2001:db8::1"),
		set("eu.example.com", dns.CNAME, "web.example.com"),
		set("away.example.com", dns.CNAME, "lb.example.net"),
		set("nowhere.example.com", dns.CNAME, "none.example.com"),
		set("loop.example.com", dns.CNAME, "pool.example.com"),
		set("theirs.example.com", dns.A, "192.0.2.1"),
		set("long.example.com", dns.A, "192.0.2.1"),
		set("text.example.com", dns.A, "192.0.2.1"),
		set("none.example.com", dns.A, "192.0.2.1"),
		set("*.wild.example.com", dns.CNAME, "web.example.com"),
		set("theirs.example.com", dns.CNAME, "web.example.com"),
		set("eu.example.com", dns.A, "192.0.2.1"),
		set("many.example.com", dns.A, addresses...),
		set("web.example.org", dns.A, "192.0.2.1"),
	}, check.Options{Gone: []string{"deep.old.example.com", "old.example.com", "gone.example.com"}})
	require.NoError(t, err)
	verdicts := map[string]check.Verdict{}
	for _, f := range report.Findings {
		verdicts[f.Name+" "+string(f.Type)] = f.Verdict
	}
	require.Equal(t, map[string]check.Verdict{
		"web.example.com A": check.Right, "web.example.com AAAA": check.Right, "eu.example.com CNAME": check.Right,
		"many.example.com A": check.Right, "*.wild.example.com CNAME": check.Right, "away.example.com CNAME": check.Right,
		"nowhere.example.com CNAME": check.Dangling, "loop.example.com CNAME": check.Dangling,
		"theirs.example.com A": check.Differs, "theirs.example.com CNAME": check.WrongType, "eu.example.com A": check.WrongType,
		"long.example.com A": check.TTL, "text.example.com A": check.Missing, "none.example.com A": check.Missing,
		"web.example.org A": check.Unanswered, "deep.old.example.com A": check.Lingers,
		"old.example.com ": check.Right, "gone.example.com ": check.Right,
	}, verdicts)
	at := map[string]check.Finding{}
	for _, f := range report.Findings {
		at[f.Name+" "+string(f.Type)] = f
	}
	require.Equal(t, []string{"192.0.2.1", "192.0.2.2"}, at["eu.example.com CNAME"].Addresses)
	require.Contains(t, at["away.example.com CNAME"].Message, "does not say whether it has an address")
	require.Equal(t, "REFUSED", at["web.example.org A"].Code)
	require.True(t, at["web.example.com A"].Authoritative)
	require.Len(t, at["many.example.com A"].Got, 60, "more than fits into a datagram")
}

func TestAServerThatSaysNothingTimesOut(t *testing.T) {
	address := deaf(t)
	f := only(t, check.Server(address), []dns.RecordSet{set(web, dns.A, "192.0.2.1")}, check.Options{})
	require.Equal(t, check.Unanswered, f.Verdict)
	require.Contains(t, f.Message, "no answer from "+address+", asked 3 times")
	require.Empty(t, f.Code)
}

func TestAskingEndsWithItsContext(t *testing.T) {
	server := check.Server(deaf(t))
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := server.Ask(ctx, q(web, dns.A))
	require.Error(t, err)
	require.Less(t, time.Since(began), time.Second)
}

func TestAPortWhereNobodyListensIsSaid(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	_, err = check.Server(conn.LocalAddr().String()).Ask(t.Context(), q(web, dns.A))
	require.ErrorContains(t, err, "connection refused")
}

func TestWhatCannotBeAskedIsSaid(t *testing.T) {
	server := check.Server(deaf(t))
	for question, says := range map[check.Question]string{
		q(web, "MX"): `type "MX" cannot be asked for`,
		q(strings.Repeat("a", 70)+".example.com", dns.A):  "cannot be asked for",
		q(strings.Repeat("a.", 140)+"example.com", dns.A): "is no name that can be asked for",
		q("a..example.com", dns.A):                        "cannot be asked for",
	} {
		_, err := server.Ask(t.Context(), question)
		require.ErrorContains(t, err, says)
	}
}

func TestAnAddressWithoutAPortHasPort53(t *testing.T) {
	for given, full := range map[string]string{
		"127.0.0.233": "127.0.0.233:53", "::1": "[::1]:53", "[::1]": "[::1]:53", "127.0.0.233:": "127.0.0.233:53", "127.0.0.233:9": "127.0.0.233:9",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := check.Server(given).Ask(ctx, q(web, dns.A))
		require.ErrorContains(t, err, full)
	}
}

// A name may have addresses at which nobody answers, such as ::1 of localhost.
func TestAServersNameIsLookedUpAndEachOfItsAddressesAsked(t *testing.T) {
	address := nameservertest.Start(t, "example.com", "both IN A 127.0.0.1", "both IN A 127.0.0.9").Addr()
	system := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = system })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	for range 10 {
		a, err := check.Server("both.example.com:"+port).Ask(t.Context(), q("both.example.com", dns.A))
		require.NoError(t, err)
		require.Len(t, a.Records, 2)
	}
	_, err = check.Server("none.example.com").Ask(t.Context(), q(web, dns.A))
	require.ErrorContains(t, err, "DNS server none.example.com:53: ")
	require.ErrorContains(t, err, "is its name right?")
}

// deaf is the address of a UDP port where somebody listens and nobody answers.
func deaf(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().String()
}

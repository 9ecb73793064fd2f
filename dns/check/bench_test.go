package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
	"github.com/fedrail/fedrail/internal/nameserver/nameservertest"
)

// BenchmarkNames checks 1,000 names that a server of this machine answers, half of
// which lead to the other half.
func BenchmarkNames(b *testing.B) {
	var records strings.Builder
	var want []dns.RecordSet
	for i := range 500 {
		fmt.Fprintf(&records, "n%d IN A 192.0.2.1\nc%d IN CNAME n%d\n", i, i, i)
		name := fmt.Sprintf("n%d.example.com", i)
		want = append(want, set(name, dns.A, "192.0.2.1"), set(fmt.Sprintf("c%d.example.com", i), dns.CNAME, name))
	}
	server := check.Server(nameservertest.Start(b, "example.com", records.String()).Addr())
	for b.Loop() {
		report, err := check.Check(b.Context(), server, want, check.Options{})
		require.NoError(b, err)
		require.True(b, report.OK())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(want)), "ns/name")
}

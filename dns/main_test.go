package dns_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/dnstest"
)

func TestLevelsKeepTheContract(t *testing.T) {
	dnstest.Test(t, dns.Levels{})
	dnstest.Test(t, dns.Levels{Hostnames: dns.Resolve})
	dnstest.Test(t, dns.Levels{Fallback: dns.Answer})
}

// build is the result of a request, which has to be proper.
func build(t testing.TB, builder dns.Builder, req dns.Request) dns.Result {
	t.Helper()
	result, err := builder.Build(t.Context(), req)
	require.NoError(t, err)
	dnstest.Check(t, req, result)
	return result
}

// lines are records, one a line, as people write them.
func lines(records []dns.RecordSet) []string {
	var all []string
	for _, r := range records {
		all = append(all, line(r))
	}
	return all
}

// codes are the codes of problems, by what they are about.
func codes(result dns.Result) map[string][]dns.Code {
	all := map[string][]dns.Code{}
	for _, p := range result.Problems {
		about := string(p.Cluster)
		if about == "" {
			about = p.Name
		}
		all[about] = append(all[about], p.Code)
	}
	return all
}

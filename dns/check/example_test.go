package check_test

import (
	"context"
	"fmt"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
)

// published is what a pretend server answers: records by name.
type published map[string][]check.Record

func (p published) Ask(_ context.Context, q check.Question) (check.Answer, error) {
	all, there := p[q.Name]
	if !there {
		return check.Answer{Code: check.NXDomain}, nil
	}
	a := check.Answer{Code: check.NoError}
	for _, r := range all {
		if r.Type == q.Type || r.Type == dns.CNAME {
			a.Records = append(a.Records, r)
		}
	}
	return a, nil
}

// A service has three names. One is as it should be, one is not there, and one is
// somebody else's. With check.Server in the place of published, a real server is asked.
func ExampleCheck() {
	asker := published{
		"web.example.com": {{Name: "web.example.com", Type: dns.A, TTL: 40, Value: "192.0.2.1"}},
		"www.example.com": {{Name: "www.example.com", Type: dns.A, TTL: 3600, Value: "203.0.113.9"}},
	}
	report, err := check.Check(context.Background(), asker, []dns.RecordSet{
		{Name: "web.example.com", Type: dns.A, TTL: 180, Targets: []string{"192.0.2.1"}},
		{Name: "eu.example.com", Type: dns.CNAME, TTL: 180, Targets: []string{"web.example.com"}},
		{Name: "www.example.com", Type: dns.A, TTL: 180, Targets: []string{"192.0.2.1"}},
	}, check.Options{Gone: []string{"old.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range report.Findings {
		fmt.Println(f.Name, f.Want, f.Got, f.Verdict)
	}
	fmt.Println(report.OK(), report.Counts[check.Right])
	// Output:
	// eu.example.com [web.example.com] [] Missing
	// old.example.com [] [] Right
	// web.example.com [192.0.2.1] [192.0.2.1] Right
	// www.example.com [192.0.2.1] [203.0.113.9] Differs
	// false 2
}

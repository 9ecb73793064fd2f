package check_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/check"
)

// zone is an [check.Asker] of answers that are written down. What is not there does
// not exist; with nil nothing is answered.
type zone map[check.Question]*check.Answer

var errSilent = errors.New("no answer from 192.0.2.53:53")

func (z zone) Ask(ctx context.Context, q check.Question) (check.Answer, error) {
	if err := ctx.Err(); err != nil {
		return check.Answer{}, err
	}
	a, written := z[q]
	switch {
	case !written && z.exists(q.Name):
		return check.Answer{Code: check.NoError}, nil
	case !written:
		return check.Answer{Code: check.NXDomain}, nil
	case a == nil:
		return check.Answer{}, errSilent
	}
	return *a, nil
}

func (z zone) exists(name string) bool {
	for q := range z {
		if q.Name == name {
			return true
		}
	}
	return false
}

func q(name string, kind dns.Type) check.Question { return check.Question{Name: name, Type: kind} }

// answer is one with records of a TTL of 180 seconds.
func answer(records ...check.Record) *check.Answer {
	return &check.Answer{Code: check.NoError, Records: records}
}

func coded(code string, records ...check.Record) *check.Answer {
	return &check.Answer{Code: code, Records: records}
}

func rec(name string, kind dns.Type, value string) check.Record {
	return check.Record{Name: name, Type: kind, TTL: 180, Value: value}
}

func set(name string, kind dns.Type, targets ...string) dns.RecordSet {
	return dns.RecordSet{Name: name, Type: kind, TTL: 180, Targets: targets}
}

// only is the finding of a report that has one.
func only(t *testing.T, asker check.Asker, want []dns.RecordSet, o check.Options) check.Finding {
	t.Helper()
	report, err := check.Check(t.Context(), asker, want, o)
	require.NoError(t, err)
	require.Len(t, report.Findings, 1)
	require.Equal(t, map[check.Verdict]int{report.Findings[0].Verdict: 1}, report.Counts)
	require.Equal(t, report.Findings[0].Verdict == check.Right, report.OK())
	return report.Findings[0]
}

// counting counts questions.
type counting struct {
	check.Asker
	mu    sync.Mutex
	asked int
}

func (c *counting) Ask(ctx context.Context, q check.Question) (check.Answer, error) {
	c.mu.Lock()
	c.asked++
	c.mu.Unlock()
	return c.Asker.Ask(ctx, q)
}

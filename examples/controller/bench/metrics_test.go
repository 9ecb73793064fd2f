package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation/budget"
)

func TestParseMetric(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want metric
		ok   bool
	}{
		"with labels": {
			line: `fedrail_requests_total{cluster="member1",group="",verb="patch"} 1.2e+03` + "\n",
			want: metric{"fedrail_requests_total", map[string]string{"cluster": "member1", "group": "", "verb": "patch"}, 1200}, ok: true,
		},
		"without":    {line: "go_goroutines 12\n", want: metric{"go_goroutines", map[string]string{}, 12}, ok: true},
		"a comment":  {line: "# HELP fedrail_requests_total Requests.\n"},
		"an empty":   {line: "\n"},
		"no number":  {line: "up yes\n"},
		"a lone key": {line: "up\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parseMetric(c.line)
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.want, got)
		})
	}
}

func TestRequestsIn(t *testing.T) {
	labels := map[string]string{"cluster": "member1", "verb": "patch", "group": "apps", "resource": "deployments", "subresource": "status"}
	got := requestsIn([]metric{{"fedrail_requests_total", labels, 3}, {"up", nil, 1}})
	require.Equal(t, budget.Requests{{Cluster: "member1", Verb: "patch", Group: "apps", Resource: "deployments", Subresource: "status"}: 3}, got)
}

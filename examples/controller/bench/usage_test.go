package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation/budget"
)

func TestParseRequests(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want budget.Request
		n    int
	}{
		"a count": {
			line: `fedrail_requests_total{cluster="member1",group="",resource="configmaps",subresource="",verb="patch"} 1.2e+03` + "\n",
			want: budget.Request{Resource: "configmaps", Verb: "patch"}, n: 1200,
		},
		"another metric": {line: `workqueue_depth{name="plan"} 5`},
		"a comment":      {line: "# HELP fedrail_requests_total Requests."},
	} {
		t.Run(name, func(t *testing.T) {
			got, n := parseRequests(c.line)
			require.Equal(t, c.want, got)
			require.Equal(t, c.n, n)
		})
	}
}

func TestCosts(t *testing.T) {
	for r, want := range map[budget.Request]bool{
		{Verb: "patch", Resource: "configmaps"}:          true,
		{Verb: "patch", Resource: "federatedconfigmaps"}: true,
		{Verb: "create", Resource: "events"}:             true,
		{Verb: "list", Resource: "configmaps"}:           false,
		{Verb: "get", Resource: ""}:                      false,
		{Verb: "update", Resource: "leases"}:             false,
	} {
		require.Equal(t, want, costs(r), r)
	}
}

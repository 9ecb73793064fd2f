// Package dnstest holds the contract of [dns.Builder] as a test suite, for
// everybody who writes one.
package dnstest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/dns"
)

// Test checks that a builder keeps the contract of [dns.Builder]. It does not say
// which names are right, except that they are in the domain, or hosts, and that
// each leads somewhere.
func Test(t *testing.T, builder dns.Builder) {
	for name, req := range requests() {
		t.Run(name, func(t *testing.T) {
			before := asJSON(t, req)
			result, err := builder.Build(t.Context(), req)
			require.NoError(t, err)
			require.Equal(t, before, asJSON(t, req), "a builder must not modify the request")
			Check(t, req, result)
			sameAnswers(t, builder, req, result)
			CheckOrder(t, builder, req, result)
		})
	}
	for name, req := range wrongRequests() {
		t.Run(name, func(t *testing.T) {
			result, err := builder.Build(t.Context(), req)
			require.Error(t, err, "a request that makes no sense is an error")
			field, _, _ := strings.Cut(name, " ")
			require.ErrorContains(t, err, field, "it names the field")
			require.Empty(t, result, "a wrong request makes nothing")
		})
	}
}

// CheckOrder fails the test where the order of anything in a request changes the
// result.
func CheckOrder(t testing.TB, builder dns.Builder, req dns.Request, want dns.Result) {
	t.Helper()
	req.Hosts = reversed(req.Hosts)
	req.Endpoints = reversed(req.Endpoints)
	for i := range req.Endpoints {
		e := &req.Endpoints[i]
		e.Zones, e.Addresses, e.Hostnames = reversed(e.Zones), reversed(e.Addresses), reversed(e.Hostnames)
	}
	result, err := builder.Build(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, want, result, "order does not matter")
}

// reversed is another slice, the other way round.
func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// sameAnswers asks the same thing again, several times at once.
func sameAnswers(t *testing.T, builder dns.Builder, req dns.Request, want dns.Result) {
	t.Helper()
	answers, errs := make([]dns.Result, 8), make([]error, 8)
	var asked sync.WaitGroup
	for i := range answers {
		asked.Go(func() { answers[i], errs[i] = builder.Build(t.Context(), req) })
	}
	asked.Wait()
	for i := range answers {
		require.NoError(t, errs[i])
		require.Equal(t, want, answers[i], "the same request gets the same result")
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

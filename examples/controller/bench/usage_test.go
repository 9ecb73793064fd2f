package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation/budget"
)

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

package federationtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
)

type names = []federation.ClusterName

// await watches a registry until its members have these names, in this order.
func await(t *testing.T, r federation.Registry, want ...federation.ClusterName) federation.ClusterSet {
	t.Helper()
	return awaitSet(t, r, func(set federation.ClusterSet) bool { return slices.Equal(set.Names(), want) })
}

func awaitSet(t *testing.T, r federation.Registry, reached func(federation.ClusterSet) bool) federation.ClusterSet {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	var last federation.ClusterSet
	for last = range r.Watch(ctx) {
		if reached(last) {
			return last
		}
	}
	require.FailNow(t, "the change was not yielded", "last seen: %v", last.Names())
	return last
}

// follow watches in a goroutine and hands out each snapshot. It ends with the
// test.
func follow(t *testing.T, r federation.Registry) <-chan federation.ClusterSet {
	t.Helper()
	seen := make(chan federation.ClusterSet)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	t.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		for set := range r.Watch(ctx) {
			select {
			case seen <- set:
			case <-ctx.Done():
			}
		}
	}()
	return seen
}

// receive takes one value, and fails when there is none for too long.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	var value T
	select {
	case value = <-from:
	case <-time.After(Patience):
		require.FailNow(t, "nothing happened")
	}
	return value
}

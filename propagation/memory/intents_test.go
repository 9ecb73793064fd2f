package memory_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

var key = propagation.Key{Name: "a"}

func get(t *testing.T, s *memory.Intents) (propagation.Intent, bool) {
	t.Helper()
	in, declared, err := s.Get(t.Context(), key)
	require.NoError(t, err)
	return in, declared
}

func TestAGenerationGoesUpWithEachDeclaration(t *testing.T) {
	var s memory.Intents
	s.Declare(propagation.Intent{Key: key})
	s.Declare(propagation.Intent{Key: key})
	in, _ := get(t, &s)
	require.EqualValues(t, 2, in.Generation)
}

func TestWithdrawWaitsForTheReleaseOfWhatIsHeld(t *testing.T) {
	var s memory.Intents
	s.Declare(propagation.Intent{Key: key})
	require.NoError(t, s.Hold(t.Context(), propagation.Intent{Key: key}))
	s.Withdraw(key)
	in, declared := get(t, &s)
	require.True(t, declared && in.Deleting)
	require.NoError(t, s.Release(t.Context(), in))
	_, declared = get(t, &s)
	require.False(t, declared)
}

func TestWithdrawOfWhatIsNotHeldIsAtOnce(t *testing.T) {
	var s memory.Intents
	s.Withdraw(key)
	s.Declare(propagation.Intent{Key: key})
	s.Withdraw(key)
	_, declared := get(t, &s)
	require.False(t, declared)
}

func TestAwaitReturnsWhatEndedIt(t *testing.T) {
	var s memory.Intents
	s.Declare(propagation.Intent{Key: key})
	reported := make(chan error, 1)
	go func() {
		reported <- s.Await(t.Context(), key, func(s status.Summary) bool { return s.Generation == 1 })
	}()
	require.NoError(t, s.Report(t.Context(), propagation.Intent{Key: key}, status.Summary{Generation: 1}))
	require.NoError(t, <-reported)

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Await(ctx, key, func(status.Summary) bool { return false }), context.DeadlineExceeded)
}

package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// Two objects are changed in turns, every second, in two members.
func TestAChangeHasArrivedWhenTheLastMemberHoldsItOrALaterOne(t *testing.T) {
	began := time.Unix(1000, 0)
	stream := changes{every: time.Second, total: 4, members: make([]*controlplane.Server, 2)}
	stream.names = []string{"a", "b"}
	a := newArrivals(stream, began)
	at := func(s float64) time.Time { return began.Add(time.Duration(s * float64(time.Second))) }
	for _, s := range []sight{
		{member: 0, change: 0, at: at(0.1)}, // the first of a, in one member alone
		{member: 0, change: 1, at: at(1.1)},
		{member: 1, change: 1, at: at(1.2)}, // the first of b is everywhere
		{member: 1, change: 1, at: at(1.5)}, // seen again
		{member: 1, change: 2, at: at(2.3)}, // the second of a stands for the first
		{member: 0, change: 2, at: at(2.5)},
	} {
		a.see(s)
	}
	require.Equal(t, []time.Duration{200 * time.Millisecond, 2300 * time.Millisecond, 500 * time.Millisecond}, a.took)
	require.Equal(t, "3 of 4 arrived", a.far())
}

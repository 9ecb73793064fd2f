package propagation

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAGateLetsSoManyThrough(t *testing.T) {
	g := NewPace(Bounds{First: 3, Most: 3}).of("a")
	var inside, most atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			require.True(t, g.enter(t.Context()))
			now := inside.Add(1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
			g.leave(none, time.Now())
		})
	}
	all.Wait()
	require.EqualValues(t, 3, most.Load())
	require.Zero(t, g.inside)
}

func TestAGateForgetsWhoGaveUp(t *testing.T) {
	p := NewPace(Bounds{First: 1, Most: 1})
	g := p.of("a")
	require.True(t, g.enter(t.Context()))
	gone, giveUp := context.WithCancel(t.Context())
	giveUp()
	require.False(t, g.enter(gone))
	g.leave(none, time.Now())
	require.True(t, g.enter(t.Context()))
	require.Equal(t, 1, p.Limits()["a"])
}

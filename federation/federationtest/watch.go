package federationtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
)

func watchEnds(t *testing.T, f Fixture) {
	f.Put("a")
	early, endEarly := context.WithCancel(t.Context())
	defer endEarly()
	waiting := ended(func() {
		for range f.Registry.Watch(early) {
		}
	})
	endEarly()
	receive(t, waiting)

	f.Open()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	receive(t, ended(func() {
		for range f.Registry.Watch(ctx) {
			end() // and go on
		}
	}))
	receive(t, ended(func() {
		for range f.Registry.Watch(ctx) { // it has ended before
		}
	}))
}

// ended runs something and closes the channel when it has returned.
func ended(run func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	return done
}

func watchIsLeft(t *testing.T, f Fixture) {
	f.Put("a")
	f.Open()
	for range 3 {
		await(t, f.Registry, "a") // which leaves its watch at the first snapshot
	}
	f.Put("b")
	await(t, f.Registry, "a", "b")
}

// keepsLast looks for a moment at what a registry says that has lost its source.
func keepsLast(t *testing.T, f Fixture) {
	if f.Silence == nil {
		t.Skip("this registry cannot lose its source")
	}
	f.Put("a")
	f.Put("b")
	f.Open()
	await(t, f.Registry, "a", "b")
	f.Silence()
	const moment = 500 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), moment)
	defer cancel()
	yielded := 0
	for set := range f.Registry.Watch(ctx) {
		yielded++
		require.Equal(t, names{"a", "b"}, set.Names(), "silence is not an empty federation")
	}
	require.Positive(t, yielded, "what was known is still yielded")
	require.Equal(t, names{"a", "b"}, f.Registry.Snapshot().Names())
}

// concurrentUse changes the members while many look. The race detector judges
// most of it.
func concurrentUse(t *testing.T, f Fixture) {
	f.Open()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	const watchers = 8
	reached := make([]bool, watchers)
	var looking sync.WaitGroup
	for i := range watchers {
		looking.Go(func() {
			for set := range f.Registry.Watch(ctx) {
				f.Registry.Snapshot()
				if _, reached[i] = set.Get("last"); reached[i] {
					return
				}
			}
		})
	}
	for i := range 10 {
		name := federation.ClusterName(fmt.Sprintf("member-%d", i))
		f.Put(name)
		if i%2 == 0 {
			f.Remove(name)
		}
	}
	f.Put("last")
	looking.Wait()
	for i := range reached {
		require.True(t, reached[i], "watcher %d did not see the last change", i)
	}
	await(t, f.Registry, "last", "member-1", "member-3", "member-5", "member-7", "member-9")
}

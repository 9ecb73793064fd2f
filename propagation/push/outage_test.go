package push_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/testbed"
)

// seed makes the faults of a test the same each time.
const seed = 20261122

// hang is what no object waits unless something hangs.
const hang = 5 * time.Second

// newOutage is a bed whose members may be stopped.
func newOutage(t *testing.T, members ...string) *many {
	host := servers.Shared(t, "host")[0]
	return newMany(testbed.New(t, host, servers.Fresh(t, members...), configMaps))
}

func TestAMemberKilledWhileObjectsAreCreated(t *testing.T) {
	m := newOutage(t, "member1", "member2")
	m.Run()
	m.UntilReady(testbed.Namespaces(), m.Namespace)
	m.theirs = m.PlantForeign()
	random := rand.New(rand.NewPCG(seed, 1))
	killed := 50 + random.IntN(100)
	m.fill(killed)
	m.Servers[1].Kill()
	for i := killed; i < 200; i++ {
		m.declare(fmt.Sprintf("c-%03d", i), "late", nil)
	}
	m.untilHeld(0)
	require.NoError(t, m.Servers[1].Restart(t.Context()))
	back := time.Now()
	m.untilHeld(1)
	t.Logf("killed after %d of 200; held by all %v after the member was ready again", killed, time.Since(back).Round(time.Millisecond))
	m.untilRight()
	m.deleteAll()
	m.untilRight()
}

// TestAPausedMemberDelaysNobody: the others get their objects as if it were not
// there, and it catches up by itself.
func TestAPausedMemberDelaysNobody(t *testing.T) {
	for _, when := range []string{"while the loops run", "before the loops start"} {
		t.Run(when, func(t *testing.T) {
			m := newOutage(t, "member1", "member2", "member3")
			m.Run()
			m.UntilReady(testbed.Namespaces(), m.Namespace)
			seen := []*arrivals{m.arrivalsIn(0), m.arrivalsIn(2)}
			before := m.delays("before", 60, seen)
			if when == "before the loops start" {
				m.Stop()
			}
			require.NoError(t, m.Servers[1].Pause())
			if when == "before the loops start" {
				m.Run()
			}
			during := m.delays("during", 60, seen)
			t.Logf("delay of the others with all there: p50 %v, p99 %v; with one paused: p50 %v, p99 %v",
				percentile(before, 50), percentile(before, 99), percentile(during, 50), percentile(during, 99))
			require.Less(t, percentile(during, 100), hang)
			require.NoError(t, m.Servers[1].Continue())
			back := time.Now()
			m.untilHeld(1)
			t.Logf("caught up after %v", time.Since(back).Round(time.Millisecond))
			require.Less(t, time.Since(back), hang)
			m.untilRight()
		})
	}
}

// delays makes n objects one after the other, and returns how long each took to
// arrive in the members that are watched.
func (m *many) delays(name string, n int, seen []*arrivals) []time.Duration {
	m.Helper()
	var delays []time.Duration
	for i := range n {
		object := fmt.Sprintf("%s-%03d", name, i)
		began := time.Now()
		m.declare(object, "blue", nil)
		for _, member := range seen {
			m.Until(object, func() bool { _, arrived := member.of(object); return arrived })
			at, _ := member.of(object)
			delays = append(delays, at.Sub(began))
		}
	}
	return delays
}

// TestWritesThatTimeOut are neither lost nor counted as done.
func TestWritesThatTimeOut(t *testing.T) {
	m := newOutage(t, "member1", "member2")
	m.Types.Loop.Timeout = 300 * time.Millisecond
	m.Run()
	m.UntilReady(testbed.Namespaces(), m.Namespace)
	m.theirs = m.PlantForeign()
	random := rand.New(rand.NewPCG(seed, 2))
	for round := range 4 {
		ctx, over := context.WithCancel(t.Context())
		flickering := make(chan struct{})
		go func() {
			defer close(flickering)
			m.flicker(ctx, random, 1)
		}()
		m.fill(60)
		m.untilHeld(0)
		if round%2 == 0 {
			over() // all is well again before the objects are deleted
			<-flickering
			back := time.Now()
			m.untilHeld(1)
			t.Logf("caught up after %v", time.Since(back).Round(time.Millisecond))
			m.untilRight()
		}
		m.deleteAll()
		over()
		<-flickering
		m.untilRight()
		m.Quiet()
		m.untilRight()
	}
}

// TestWhatWaitsForAMemberGoesOnAtOnce when the member answers again, however
// long its back-off has grown.
func TestWhatWaitsForAMemberGoesOnAtOnce(t *testing.T) {
	for how, outage := range map[string]func(*many) (back func()){
		"paused": func(m *many) func() {
			require.NoError(t, m.Servers[1].Pause())
			return func() { require.NoError(t, m.Servers[1].Continue()) }
		},
		"killed": func(m *many) func() {
			m.Servers[1].Kill()
			return func() { require.NoError(t, m.Servers[1].Restart(t.Context())) }
		},
	} {
		t.Run(how, func(t *testing.T) {
			m := newOutage(t, "member1", "member2")
			m.Types.Loop.Timeout, m.Types.Loop.Backoff = 2*time.Second, 20*time.Second
			m.Push.MaxBackoff = time.Second
			m.Run()
			m.UntilReady(testbed.Namespaces(), m.Namespace)
			m.fill(5)
			m.untilAllReady()
			back := outage(m)
			for i := range 30 {
				m.declare(fmt.Sprintf("late-%d", i), "blue", nil)
			}
			m.untilHeld(0)
			m.Until("all tried in vain", func() bool { return len(m.eventsOf("CreationTimedOut")) == 30 })
			back()
			since := time.Now()
			m.untilHeld(1)
			t.Logf("caught up after %v", time.Since(since).Round(time.Millisecond))
			require.Less(t, time.Since(since), hang)
		})
	}
}

// TestAHostThatWasAwayForLong: what is declared when it is back is carried soon,
// however long nobody could ask it, and what was in the members stayed.
func TestAHostThatWasAwayForLong(t *testing.T) {
	host := servers.Fresh(t, "host")[0]
	m := newMany(testbed.New(t, host, servers.Shared(t, "member1", "member2"), configMaps))
	m.theirs = m.PlantForeign()
	m.Run()
	m.fill(20)
	m.untilRight()
	host.Kill()
	pause(t.Context(), 20*time.Second)
	m.untilHeld(0, 1)
	require.NoError(t, host.Restart(t.Context()))
	back := time.Now()
	m.churn()
	m.untilHeld(0, 1)
	t.Logf("held %v after the host was ready", time.Since(back).Round(time.Millisecond))
	m.untilRight()
}

// flicker pauses a member again and again until ctx ends; then it runs.
func (m *many) flicker(ctx context.Context, random *rand.Rand, member int) {
	for ctx.Err() == nil {
		if err := m.Servers[member].Pause(); err != nil {
			m.Errorf("pause: %v", err)
		}
		pause(ctx, time.Duration(200+random.IntN(600))*time.Millisecond)
		if err := m.Servers[member].Continue(); err != nil {
			m.Errorf("continue: %v", err)
		}
		pause(ctx, time.Duration(20+random.IntN(200))*time.Millisecond)
	}
}

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

package health_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/health"
)

// patient answers probes as it is told, and remembers when it was probed.
type patient struct {
	mu     sync.Mutex
	start  time.Time
	result health.Result
	takes  time.Duration
	probed []time.Duration
	asked  int
}

func (p *patient) Probe(context.Context) health.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probed = append(p.probed, time.Since(p.start))
	time.Sleep(p.takes)
	return p.result
}

func (p *patient) Facts(_ context.Context, known health.Facts) health.Facts {
	p.asked++
	known.Version = "v1.36.3"
	return known
}

func (p *patient) become(r health.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result = r
}

// watched runs a monitor in a bubble of virtual time.
func watched(t *testing.T, p *patient, test func(m *health.Monitor, found *[]health.Finding)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p.start = time.Now()
		var found []health.Finding
		m := health.NewMonitor(federation.Health{}, p, func(f health.Finding) { found = append(found, f) })
		var running sync.WaitGroup
		running.Go(func() { m.Run(ctx, health.State{}, health.Facts{}) })
		synctest.Wait()
		test(m, &found)
		cancel()
		running.Wait()
	})
}

func seconds(n ...int) []time.Duration {
	all := make([]time.Duration, len(n))
	for i := range n {
		all[i] = time.Duration(n[i]) * time.Second
	}
	return all
}

func well() health.Finding {
	return health.Finding{Result: health.Well(), Facts: health.Facts{Version: "v1.36.3"}}
}

func TestMonitorProbesAtOnceAndThenWithThePeriod(t *testing.T) {
	p := &patient{result: health.Well()}
	watched(t, p, func(_ *health.Monitor, found *[]health.Finding) {
		pass(35 * time.Second)
		require.Equal(t, seconds(0, 10, 20, 30), p.probed)
		require.Equal(t, []health.Finding{well()}, *found, "nothing changed after the first probe")
		require.Equal(t, 1, p.asked)
	})
}

func TestMonitorLooksForReturningMembersEachSecond(t *testing.T) {
	p := &patient{result: health.Result{Message: "away"}}
	watched(t, p, func(_ *health.Monitor, found *[]health.Finding) {
		pass(2500 * time.Millisecond)
		p.become(health.Well())
		pass(10 * time.Second)
		require.Equal(t, seconds(0, 1, 2, 3), p.probed)
		require.Equal(t, []health.Finding{{Result: health.Result{Message: "away"}}, well()}, *found)
	})
}

func TestMonitorKeepsThePeriodWithSlowProbes(t *testing.T) {
	p := &patient{result: health.Well(), takes: 3 * time.Second}
	watched(t, p, func(*health.Monitor, *[]health.Finding) {
		pass(25 * time.Second)
		require.Equal(t, seconds(0, 10, 20), p.probed)
	})
}

func TestMonitorProbesWhenWoken(t *testing.T) {
	p := &patient{result: health.Well()}
	watched(t, p, func(m *health.Monitor, _ *[]health.Finding) {
		pass(2 * time.Second)
		m.Wake()
		pass(11 * time.Second)
		require.Equal(t, seconds(0, 2, 12), p.probed)
	})
}

func TestMonitorAsksForFactsRarely(t *testing.T) {
	p := &patient{result: health.Well()}
	watched(t, p, func(*health.Monitor, *[]health.Finding) {
		pass(19 * time.Minute)
		require.Equal(t, 2, p.asked, "at the start and after ten minutes")
	})
}

func TestMonitorAsksForFactsWhenAMemberReturns(t *testing.T) {
	p := &patient{result: health.Well()}
	watched(t, p, func(*health.Monitor, *[]health.Finding) {
		p.become(health.Result{Message: "away"})
		pass(35 * time.Second)
		p.become(health.Well())
		pass(2 * time.Second)
		require.Equal(t, 2, p.asked)
	})
}

func TestOptionsThatAreNegativeAreNamed(t *testing.T) {
	err := federation.Health{Period: -1, FailureThreshold: -1, SuccessThreshold: 1}.Validate()
	require.EqualError(t, err, "options: Health.Period is negative\noptions: Health.FailureThreshold is negative")
}

// pass lets time go by, and waits for what it brings.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

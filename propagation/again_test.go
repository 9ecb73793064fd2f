package propagation_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

func (h *host) reconcile(token string) {
	h.annotate(func(in *propagation.Intent) { in.Reconcile = token })
}

func (h *host) retry(token string) { h.annotate(func(in *propagation.Intent) { in.Retry = token }) }

func TestAReconcileWritesEveryCopyOnceThoughItIsAsItShouldBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		w := run(t, newHost(), &memory.Propagator{}, counted(&done))
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		for _, token := range []string{"1", "2"} {
			before, events := done.Load(), w.counts().events
			w.reconcile(token)
			w.untilEvents(t, events+1)
			time.Sleep(time.Minute)
			require.EqualValues(t, 3, done.Load()-before)
			require.Equal(t, "every copy was compared with what it should be and written anew, as asked: "+token, w.events[events].Message)
		}
		before := done.Load()
		w.annotate(func(in *propagation.Intent) { in.AllowLoss = "another annotation" })
		w.reconcile("") // it is taken off, and set again
		time.Sleep(time.Minute)
		w.reconcile("2")
		time.Sleep(time.Minute)
		require.Equal(t, before, done.Load())
		require.Equal(t, counts{holds: 1, reports: 1, events: 2}, w.counts())
	})
}

func TestWhatWasAskedBeforeAStartIsNotDoneAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.reconcile("1")
		w.retry("1")
		w.untilEvents(t, 1)
		w.stop()
		var done atomic.Int64
		before := w.counts()
		w = run(t, w.host, w.memory, counted(&done))
		time.Sleep(time.Minute)
		require.Zero(t, done.Load())
		require.Equal(t, before, w.counts())
	})
}

func TestAReconcileIsDoneWhenEveryClusterDidIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		w := run(t, newHost(), &memory.Propagator{}, counted(&done))
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.away("b")
		before := done.Load()
		w.reconcile(strings.Repeat("x", 300))
		time.Sleep(time.Minute)
		require.EqualValues(t, 2, done.Load()-before)
		require.NotContains(t, w.told(), "Reconciled")
		w.back("b")
		w.until(t, "told", func() bool { return len(w.events) > 0 && w.events[len(w.events)-1].Reason == "Reconciled" })
		require.EqualValues(t, 3, done.Load()-before)
		require.Less(t, len(w.events[len(w.events)-1].Message), 200)
	})
}

func TestAReconcileThatIsAskedForWhileSuspendedIsDoneAfterwards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		w := run(t, newHost(), &memory.Propagator{}, counted(&done))
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.suspend()
		w.untilSuspended(t)
		before := done.Load()
		w.reconcile("1")
		time.Sleep(time.Minute)
		require.Equal(t, before, done.Load())
		w.resume()
		w.untilEvents(t, 3)
		require.EqualValues(t, 3, done.Load()-before)
		require.Equal(t, []string{"Suspended", "Resumed", "Reconciled"}, w.told())
	})
}

func TestARetryTriesAtOnceWhatFailedAndNothingElse(t *testing.T) {
	for name, ask := range map[string]func(*host){
		"retry": func(h *host) { h.retry("1") }, "reconcile": func(h *host) { h.reconcile("1") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var broken atomic.Bool
				broken.Store(true)
				var done atomic.Int64
				w := run(t, newHost(), &memory.Propagator{Before: failingIn("b", &broken)}, patient, counted(&done))
				w.put(everywhere())
				w.untilStates(t, states(status.OK, status.UpdateFailed, status.OK))
				broken.Store(false)
				before, began := done.Load(), time.Now()
				ask(w.host)
				w.untilStates(t, ok("a", "b", "c"))
				require.Less(t, time.Since(began), time.Second)
				time.Sleep(time.Minute)
				want := map[string]int64{"retry": 1, "reconcile": 3}[name]
				require.Equal(t, want, done.Load()-before)
			})
		})
	}
}

// TestARetryBeginsTheBackOffAnew: what fails again is not put off for longer than at
// first.
func TestARetryBeginsTheBackOffAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		broken.Store(true)
		slow := func(o *propagation.Options) { o.Backoff, o.MaxBackoff = time.Second, time.Hour }
		w := run(t, newHost(), &memory.Propagator{Before: failingIn("b", &broken)}, slow)
		w.put(everywhere())
		w.untilStates(t, states(status.OK, status.UpdateFailed, status.OK))
		time.Sleep(3 * time.Hour) // by now it is tried once an hour
		w.retry("1")
		time.Sleep(1500 * time.Millisecond)
		broken.Store(false)
		began := time.Now()
		w.untilStates(t, ok("a", "b", "c"))
		require.Less(t, time.Since(began), 10*time.Second)
	})
}

func TestARetryWithNothingFailedCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		w := run(t, newHost(), &memory.Propagator{}, counted(&done))
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		before, counted := done.Load(), w.counts()
		w.retry("1")
		time.Sleep(time.Minute)
		require.Equal(t, before, done.Load())
		require.Equal(t, counted, w.counts())
	})
}

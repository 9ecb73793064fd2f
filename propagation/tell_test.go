package propagation_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

const (
	flaps   = 20
	objects = 100
)

// flap has a cluster go wrong and come back again and again, while every object
// is changed each time, and returns the world half a minute later.
func flap(t *testing.T, wrong, right func(w world)) world {
	t.Helper()
	w := run(t, newHost(), &memory.Propagator{}, func(o *propagation.Options) {
		o.Interval, o.Backoff, o.MaxBackoff = time.Second, time.Second, time.Second
	})
	for i := range objects {
		in := everywhere()
		in.Key.Name = fmt.Sprint("web-", i)
		w.put(in)
	}
	time.Sleep(5 * time.Second)
	for i := range flaps {
		wrong(w)
		for key := range w.all() {
			w.edit(key, func(in *propagation.Intent) { in.Template = colored(fmt.Sprint("color-", i)) })
		}
		time.Sleep(2500 * time.Millisecond)
		right(w)
		time.Sleep(2500 * time.Millisecond)
	}
	time.Sleep(40 * time.Second)
	return w
}

func TestAMemberThatFlapsIsNotToldByEachObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := flap(t, func(w world) { w.away("b") }, func(w world) { w.back("b") })
		require.Zero(t, w.counts().events, "the cluster has events of its own")
	})
}

func TestErrorsThatComeAndGoAreToldWithinMeasure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := func(w world) { w.down.Store(member("b").Name, true) }
		w := flap(t, fails, func(w world) { w.down.Delete(member("b").Name) })
		// Four at once, and one more each half a minute: 100 seconds of flapping are
		// three more. Each flap told would be 4000.
		require.LessOrEqual(t, w.counts().events, objects*(4+4))
		require.GreaterOrEqual(t, w.counts().events, objects*4)
		last := map[propagation.Key]propagation.Event{}
		for i, e := range w.host.events {
			last[w.host.about[i]] = e
		}
		require.Len(t, last, objects)
		for key, e := range last {
			require.Equal(t, "Recovered", e.Reason, "%s: what was told last is so", key)
		}
	})
}

func TestWhatThereWasNoRoomForIsToldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		for i := range 5 {
			w.down.Store(member("b").Name, true)
			w.edit(web, func(in *propagation.Intent) { in.Template = colored(fmt.Sprint("color-", i)) })
			w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.UpdateFailed, "c": status.OK})
			if i < 4 {
				w.down.Delete(member("b").Name)
				w.untilStates(t, ok("a", "b", "c"))
			}
		}
		time.Sleep(time.Second)
		require.Equal(t, 4, w.counts().events)
		time.Sleep(time.Minute)
		require.Equal(t, 5, w.counts().events)
		require.Equal(t, "UpdateFailed", w.host.events[4].Reason)
	})
}

func TestHowCopiesFareIsNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), judged())
		w.put(everywhere())
		w.untilReason(t, string(status.Progressing))
		for _, cluster := range []string{"a", "b", "c"} {
			w.breathe(cluster, 3)
		}
		w.untilReason(t, status.AllClusters)
		w.breathe("b", 0)
		w.untilReason(t, string(status.Progressing))
		require.Zero(t, w.counts().events)
	})
}

package propagation_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// gauge judges a copy by one number of its status.
type gauge struct{}

// Judge implements [status.Judge].
func (gauge) Judge(object *unstructured.Unstructured) status.Vitals {
	v := status.Vitals{Health: status.Healthy, Counts: status.Numbers("status.pressure")(object)}
	if v.Count("pressure") > 0 {
		v.Health, v.Message = status.Progressing, "it is under pressure"
	}
	return v
}

// calm is a world where nothing has happened for a while, and reports of an object
// are a second apart.
func calm(t *testing.T) world {
	w := run(t, newHost(), &memory.Propagator{Judge: gauge{}}, func(o *propagation.Options) { o.Interval = time.Second })
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	time.Sleep(time.Minute)
	return w
}

// press writes the number in a cluster.
func (w world) press(pressure int) {
	w.memory.PutStatus("a", web, map[string]any{"pressure": int64(pressure)})
}

// reportsOf are how many there are of what happens, and of what follows by itself.
func (w world) reportsOf(happens func()) int {
	before := w.counts().reports
	happens()
	time.Sleep(time.Minute)
	return w.counts().reports - before
}

func TestAFlapIsNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := calm(t)
		require.Zero(t, w.reportsOf(func() {
			w.press(1)
			time.Sleep(100 * time.Millisecond)
			w.press(0)
		}))
		require.Equal(t, 2, w.reportsOf(func() {
			w.press(1)
			time.Sleep(600 * time.Millisecond)
			w.press(0)
		}), "what lasts is one")
	})
}

// TestWhatNeverRestsIsReportedOnceASecond, however often it changes.
func TestWhatNeverRestsIsReportedOnceASecond(t *testing.T) {
	const every, lasts = 150 * time.Millisecond, time.Minute
	synctest.Test(t, func(t *testing.T) {
		w := calm(t)
		require.Equal(t, 1+int(lasts/time.Second), w.reportsOf(func() {
			for i := range int(lasts / every) {
				w.press(i + 1)
				time.Sleep(every)
			}
		}))
		require.EqualValues(t, lasts/every, w.last().Totals[0].N, "the last one is told")
	})
}

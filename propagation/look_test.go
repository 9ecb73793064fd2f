package propagation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// byReplicas judges by one number.
type byReplicas struct{}

func (byReplicas) Judge(o *unstructured.Unstructured) status.Vitals {
	n, _, _ := unstructured.NestedInt64(o.Object, "status", "readyReplicas")
	v := status.Vitals{Health: status.Healthy, Counts: []status.Count{{Name: "readyReplicas", N: n}}}
	if n == 0 {
		v.Health, v.Message = status.Progressing, "no replica is ready"
	}
	return v
}

// judged has a world's copies judged.
func judged() *memory.Propagator { return &memory.Propagator{Judge: byReplicas{}} }

// breathe says in one cluster how many replicas are ready.
func (w world) breathe(cluster string, ready int64) {
	w.memory.PutStatus(federation.ClusterName(cluster), web, map[string]any{"readyReplicas": ready})
}

// vitals are those of the object in each cluster, as Look has them.
func (w world) vitals() map[federation.ClusterName]status.Vitals {
	p, _ := w.controller.Look(web)
	all := map[federation.ClusterName]status.Vitals{}
	for _, c := range p.Clusters {
		all[c.Cluster] = c.Vitals
	}
	return all
}

// reportedReady is how many replicas the last report has ready in a cluster; call
// it with the host's lock held, as until does.
func (w world) reportedReady(cluster federation.ClusterName) int64 {
	for _, c := range w.last().Clusters {
		if c.Cluster == cluster {
			return c.Vitals.Count("readyReplicas")
		}
	}
	return 0
}

// untilReady waits until Look has that many replicas ready in a cluster.
func (w world) untilReady(t *testing.T, cluster string, n int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		return w.vitals()[federation.ClusterName(cluster)].Count("readyReplicas") == n
	}, 10*time.Second, time.Millisecond)
}

func TestLookIsAheadOfTheReport(t *testing.T) {
	w := run(t, newHost(), judged(), func(o *propagation.Options) { o.Interval = time.Hour })
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	before := w.counts()
	w.breathe("b", 3)
	w.untilReady(t, "b", 3)
	p, declared := w.controller.Look(web)
	require.True(t, declared)
	require.Equal(t, web, p.Key)
	require.EqualValues(t, "parent", p.Parent)
	require.EqualValues(t, 1, p.Generation)
	require.Equal(t, before, w.counts())
	require.Equal(t, status.Healthy, w.vitals()["b"].Health)
	require.Equal(t, "no replica is ready", w.vitals()["c"].Message)
	require.Equal(t, []propagation.Picture{p}, slices.Collect(w.controller.Pictures(propagation.Key{})))

	require.Empty(t, slices.Collect(w.controller.Pictures(web)))

	_, declared = w.controller.Look(propagation.Key{Name: "nothing"})
	require.False(t, declared)
}

// TestVitalsOutliveWhatIsInTheWay: a change that is refused, a cluster that is
// away, and a controller that starts anew meanwhile.
func TestVitalsOutliveWhatIsInTheWay(t *testing.T) {
	h, clusters := newHost(), judged()
	w := run(t, h, clusters)
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.breathe("b", 3)
	w.until(t, "it is reported", func() bool { return w.reportedReady("b") == 3 })
	w.away("b")
	w.edit(web, func(in *propagation.Intent) { in.Template = colored("green") })
	w.until(t, "it waits for b", func() bool { return w.states()["b"] == status.ClusterNotReady && w.reportedReady("b") == 3 })
	require.EqualValues(t, 3, w.vitals()["b"].Count("readyReplicas"))

	w.stop()
	later := run(t, h, clusters, func(o *propagation.Options) {
		away := member("b")
		away.Ready = false
		o.Registry = federation.NewMembers(member("a"), away, member("c"))
	})
	later.untilReady(t, "b", 3)
}

// TestWhatComesBackIsNotReported: a copy that lost all its replicas and has them
// again before half the interval is over.
func TestWhatComesBackIsNotReported(t *testing.T) {
	w := run(t, newHost(), judged(), func(o *propagation.Options) { o.Interval = 400 * time.Millisecond })
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.breathe("b", 3)
	w.until(t, "reported", func() bool { return w.reportedReady("b") == 3 })
	before := w.counts().reports
	for range 20 {
		w.breathe("b", 0)
		w.breathe("b", 3)
	}
	w.breathe("c", 1)
	w.until(t, "what stayed", func() bool { return w.reportedReady("c") == 1 && w.reportedReady("b") == 3 })
	require.Equal(t, before+1, w.counts().reports)
}

func TestACopyThatIsToGoHasNoVitals(t *testing.T) {
	w := run(t, newHost(), judged())
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.breathe("b", 3)
	w.untilReady(t, "b", 3)
	w.away("b")
	w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"a", "c"} })
	w.until(t, "b waits", func() bool { return w.states()["b"] == status.WaitingForRemoval })
	require.Zero(t, w.vitals()["b"])
}

package propagation_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
)

var (
	cordon = corev1.Taint{Key: federation.CordonTaint, Effect: corev1.TaintEffectNoSchedule}
	drain  = corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoExecute}
)

// taint gives a member these taints, added now.
func (w world) taint(name string, taints ...corev1.Taint) {
	c, _ := w.members.Snapshot().Get(federation.ClusterName(name))
	now := metav1.Now()
	c.Taints = nil
	for _, t := range taints {
		t.TimeAdded = &now
		c.Taints = append(c.Taints, t)
	}
	w.members.Put(c)
}

func TestACordonedClusterGetsNothingNewAndKeepsWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.taint("a", cordon)
		synctest.Wait()
		other := everywhere()
		other.Key.Name, other.Parent = "other", "other"
		w.put(other)
		w.until(t, "other", func() bool { return w.intents[other.Key].Reported.Generation == 1 })
		require.Equal(t, []federation.ClusterName{"b", "c"}, w.memory.Holders(other.Key))

		// It is kept true there, also by the next process.
		w.stop()
		again := run(t, w.host, w.memory, func(o *propagation.Options) { o.Registry = w.members })
		again.edit(web, func(in *propagation.Intent) { in.Template = colored("green") })
		again.until(t, "green", func() bool { return again.intents[web].Reported.Generation == 2 })
		require.Equal(t, "green", again.color("a"))
		require.Equal(t, []federation.ClusterName{"b", "c"}, again.memory.Holders(other.Key))

		w.taint("a")
		again.until(t, "a", func() bool { return len(again.intents[other.Key].Reported.Clusters) == 3 })
	})
}

func TestADrainedClusterLosesWhatDoesNotTolerateIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		tolerant := everywhere()
		tolerant.Key.Name, tolerant.Parent = "tolerant", "tolerant"
		tolerant.Placement.Want.Tolerations = []corev1.Toleration{{Key: federation.DrainTaint, Operator: corev1.TolerationOpExists}}
		w.put(tolerant)
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.taint("a", drain)
		w.untilStates(t, ok("b", "c"))
		require.Equal(t, []federation.ClusterName{"a", "b", "c"}, w.memory.Holders(tolerant.Key))
		w.taint("a")
		w.untilStates(t, ok("a", "b", "c"))
	})
}

func TestWhatToleratesForAWhileGoesThenByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		seconds := int64(10)
		in := everywhere()
		in.Placement.Want.Tolerations = []corev1.Toleration{{Key: federation.DrainTaint, Operator: corev1.TolerationOpExists,
			Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds}}
		w.put(in)
		w.untilStates(t, ok("a", "b", "c"))
		began := time.Now()
		w.taint("a", drain)
		w.untilStates(t, ok("b", "c"))
		require.WithinRange(t, time.Now(), began.Add(10*time.Second), began.Add(12*time.Second))
	})
}

// counting is a Placer that counts.
type counting struct {
	placement.Selector
	asked atomic.Int64
}

func (c *counting) Choose(ctx context.Context, req placement.Request) (placement.Decision, error) {
	c.asked.Add(1)
	return c.Selector.Choose(ctx, req)
}

func TestAMemberThatJustTurnsIsNoReasonToPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		placer := &counting{}
		w := run(t, newHost(), &memory.Propagator{}, func(o *propagation.Options) { o.Placer = placer })
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		synctest.Wait()
		asked := placer.asked.Load()
		for _, ready := range []bool{false, true} {
			c := member("a")
			c.Ready, c.Turned = ready, time.Now()
			w.members.Put(c)
			time.Sleep(time.Second)
			synctest.Wait()
		}
		require.Equal(t, asked, placer.asked.Load())
		w.taint("a", corev1.Taint{Key: "disk", Value: "slow", Effect: corev1.TaintEffectPreferNoSchedule})
		synctest.Wait()
		require.Equal(t, asked+1, placer.asked.Load(), "a taint is one")
	})
}

// TestADrainIsAskedFor: whoever drains clusters wants them to be empty. Only when
// nothing would be left of an object that was in several does the guard ask.
func TestADrainIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		w.taint("a", drain)
		w.untilStates(t, ok("b", "c"))
		w.taint("b", drain)
		w.untilStates(t, ok("c"))
		w.taint("c", drain)
		w.untilGuarded(t, "a", "b", "c")
		require.Equal(t, ok("c"), w.states())
		w.taint("a")
		w.untilStates(t, ok("a"))
	})
}

func TestTheOnlyClusterIsDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := run(t, newHost(), &memory.Propagator{})
		in := everywhere()
		in.Placement.Want.Clusters = []federation.ClusterName{"a"}
		w.put(in)
		w.untilStates(t, ok("a"))
		w.taint("a", drain)
		w.until(t, "nowhere", func() bool {
			return len(w.states()) == 0 && len(w.last().Conditions) > 1 && w.last().Conditions[1].Reason == "NoClusterSelected"
		})
		require.Contains(t, w.last().Conditions[1].Message, "a: the cluster is drained: uncordon it, or tolerate its taint")
	})
}

// onlooking is a host that is told where objects are placed.
type onlooking struct {
	*host
	mu     sync.Mutex
	placed []federation.ClusterName
}

func (o *onlooking) Placed(_ propagation.Key, clusters []federation.ClusterName) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.placed = slices.Clone(clusters)
}

func TestAnOnlookerIsToldWhereObjectsArePlaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &onlooking{host: newHost()}
		w := run(t, h.host, &memory.Propagator{}, func(o *propagation.Options) { o.Source = h })
		placed := func() []federation.ClusterName {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.placed
		}
		w.put(everywhere())
		w.untilStates(t, ok("a", "b", "c"))
		require.Equal(t, []federation.ClusterName{"a", "b", "c"}, placed())
		w.taint("a", drain)
		w.untilStates(t, ok("b", "c"))
		require.Equal(t, []federation.ClusterName{"b", "c"}, placed())
		w.taint("b", drain)
		w.taint("c", drain)
		w.untilGuarded(t, "a", "b", "c")
		require.NotEmpty(t, placed(), "what the guard holds back is placed")
		before := placed()
		w.edit(web, func(in *propagation.Intent) { in.Template = nil })
		w.until(t, "frozen", func() bool { return w.last().Generation == 2 })
		require.Equal(t, before, placed(), "what cannot be understood is not told of")
	})
}

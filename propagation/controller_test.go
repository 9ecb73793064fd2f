package propagation_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

// host is a Source, a Ledger and a Recorder in memory.
type host struct {
	mu      sync.Mutex
	intents map[propagation.Key]propagation.Intent
	changed func(propagation.Key)
	news    chan struct{} // closed and replaced at each write

	holds, releases int
	reports         []status.Summary
	events          []propagation.Event
}

func newHost() *host {
	return &host{intents: map[propagation.Key]propagation.Intent{}, news: make(chan struct{})}
}

func (h *host) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in, found := h.intents[key]
	return in, found, nil
}

func (h *host) Watch(ctx context.Context, changed func(propagation.Key)) error {
	h.mu.Lock()
	h.changed = changed
	for key := range h.intents {
		changed(key)
	}
	h.mu.Unlock()
	<-ctx.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = nil
	return nil
}

// put declares an intent, or a change of it.
func (h *host) put(in propagation.Intent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.intents[in.Key]
	in.Held, in.Reported, in.Generation = before.Held, before.Reported, before.Generation+1
	h.intents[in.Key] = in
	if h.changed != nil {
		h.changed(in.Key)
	}
}

func (h *host) edit(key propagation.Key, edit func(*propagation.Intent)) {
	h.mu.Lock()
	in := h.intents[key]
	h.mu.Unlock()
	edit(&in)
	h.put(in)
}

func (h *host) write(key propagation.Key, edit func(in *propagation.Intent)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	in, there := h.intents[key]
	edit(&in)
	if there {
		h.intents[key] = in
	}
	close(h.news)
	h.news = make(chan struct{})
	return nil
}

func (h *host) Hold(_ context.Context, in propagation.Intent) error {
	return h.write(in.Key, func(in *propagation.Intent) { h.holds++; in.Held = true })
}

func (h *host) Report(_ context.Context, in propagation.Intent, s status.Summary) error {
	return h.write(in.Key, func(in *propagation.Intent) { h.reports = append(h.reports, s); in.Reported = s })
}

func (h *host) Release(_ context.Context, in propagation.Intent) error {
	err := h.write(in.Key, func(*propagation.Intent) { h.releases++ })
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.intents, in.Key)
	return err
}

func (h *host) Record(_ propagation.Intent, e propagation.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
	close(h.news)
	h.news = make(chan struct{})
}

// untilEvents waits until that many events were recorded.
func (h *host) untilEvents(t *testing.T, n int) {
	t.Helper()
	h.until(t, fmt.Sprint(n, " events"), func() bool { return len(h.events) == n })
}

// counts are the writes to the host, and the events.
type counts struct{ holds, reports, releases, events int }

func (h *host) counts() counts {
	h.mu.Lock()
	defer h.mu.Unlock()
	return counts{h.holds, len(h.reports), h.releases, len(h.events)}
}

// until waits until what the host knows satisfies a condition.
func (h *host) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		h.mu.Lock()
		done, news := holds(), h.news
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-late:
			h.mu.Lock()
			defer h.mu.Unlock()
			t.Fatalf("never: %s; reports: %+v", what, h.reports)
		}
	}
}

// all are the intents there are now.
func (h *host) all() map[propagation.Key]propagation.Intent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.intents)
}

// last returns the last report; call it with the lock held, as until does.
func (h *host) last() status.Summary {
	if len(h.reports) == 0 {
		return status.Summary{}
	}
	return h.reports[len(h.reports)-1]
}

func (h *host) states() map[federation.ClusterName]status.State {
	states := map[federation.ClusterName]status.State{}
	for _, c := range h.last().Clusters {
		states[c.Cluster] = c.State
	}
	return states
}

var web = propagation.Key{Namespace: "shop", Name: "web"}

func everywhere() propagation.Intent {
	return propagation.Intent{
		Key: web, Parent: "parent",
		Template:  colored("blue"),
		Placement: placement.Request{Want: placement.Placement{Clusters: []federation.ClusterName{"a", "b", "c"}}},
	}
}

func colored(color string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"color": color},
	}}
}

func member(name string) federation.Cluster {
	return federation.Cluster{Name: federation.ClusterName(name), Ready: true, Labels: labels.Set{"name": name}}
}

// world is a running Controller.
type world struct {
	*host
	members *federation.Members
	memory  *memory.Propagator
	down    *sync.Map // clusters that answer nothing
	stop    func()
}

// away makes a cluster not ready and unreachable, back undoes it.
func (w world) away(name string) {
	w.down.Store(federation.ClusterName(name), true)
	c := member(name)
	c.Ready, c.Message = false, "no answer"
	w.members.Put(c)
}

func (w world) back(name string) {
	w.down.Delete(federation.ClusterName(name))
	w.members.Put(member(name))
}

func run(t *testing.T, h *host, pretend *memory.Propagator, change ...func(*propagation.Options)) world {
	t.Helper()
	w := world{host: h, memory: pretend, down: &sync.Map{}, members: federation.NewMembers(member("a"), member("b"), member("c"))}
	if pretend.Before == nil {
		pretend.Before = func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
			if _, down := w.down.Load(c); down {
				return errors.New("connection refused")
			}
			return nil
		}
	}
	o := propagation.Options{
		Registry: w.members, Source: h, Ledger: h, Propagator: pretend,
		Patience: 300 * time.Millisecond, Interval: time.Millisecond, Backoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond,
	}
	for _, c := range change {
		c(&o)
	}
	c, err := propagation.New(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Start(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(w.stop)
	return w
}

func ok(names ...federation.ClusterName) map[federation.ClusterName]status.State {
	states := map[federation.ClusterName]status.State{}
	for _, n := range names {
		states[n] = status.OK
	}
	return states
}

func (w world) untilStates(t *testing.T, want map[federation.ClusterName]status.State) {
	t.Helper()
	w.until(t, fmt.Sprint("states ", want), func() bool { return fmt.Sprint(w.states()) == fmt.Sprint(want) })
}

func (w world) color(cluster string) string {
	o := w.memory.Get(federation.ClusterName(cluster), web)
	if o == nil {
		return ""
	}
	color, _, _ := unstructured.NestedString(o.Object, "data", "color")
	return color
}

func TestAnObjectArrivesAndLeaves(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	require.Equal(t, counts{holds: 1, reports: 1}, w.counts())
	require.Equal(t, "true", w.memory.Get("a", web).GetLabels()[propagation.ManagedLabel])

	w.edit(web, func(in *propagation.Intent) {
		in.Overrides = []overrides.Rule{{Cluster: "b", Patches: []overrides.Patch{{Path: "/data/color", Value: "red"}}}}
	})
	w.until(t, "second report", func() bool { return w.last().Generation == 2 })
	require.Equal(t, "blue red blue", w.color("a")+" "+w.color("b")+" "+w.color("c"))

	w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"a"} })
	w.untilStates(t, ok("a"))
	require.Nil(t, w.memory.Get("b", web))

	w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
	w.until(t, "release", func() bool { return w.releases == 1 })
	require.Nil(t, w.memory.Get("a", web))
	require.Equal(t, counts{holds: 1, reports: 3, releases: 1}, w.counts())
	w.stop()
}

func TestAClusterThatHangsDelaysNoOther(t *testing.T) {
	pretend := &memory.Propagator{Before: func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
		if c == "b" {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	w := run(t, newHost(), pretend)
	w.put(everywhere())
	w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.CreationTimedOut, "c": status.OK})
}

func TestAChangeThatGetsNoAnswerIsNotReportedAsDone(t *testing.T) {
	var hang atomic.Bool
	pretend := &memory.Propagator{Before: func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
		if c == "b" && hang.Load() {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	w := run(t, newHost(), pretend)
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	hang.Store(true)
	w.edit(web, func(in *propagation.Intent) { in.Template = colored("green") })
	w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.UpdateTimedOut, "c": status.OK})
	for _, s := range w.host.reports {
		require.False(t, s.Generation == 2 && s.Conditions[1].Status == "True", "reported as done: %+v", s)
	}
}

func TestALongQueueIsNoReasonToReportTwice(t *testing.T) {
	slow := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
		if c == "b" {
			time.Sleep(10 * time.Millisecond) // a member that answers, but not at once
		}
		return nil
	}}
	w := run(t, newHost(), slow, func(o *propagation.Options) {
		o.Writers, o.Patience, o.Propagator = 1, 200*time.Millisecond, lingering{slow}
	})
	const n = 100 // so that the last is served after five times the patience
	for i := range n {
		in := everywhere()
		in.Key.Name = fmt.Sprint("web-", i)
		w.put(in)
	}
	w.until(t, "all reported", func() bool {
		for _, in := range w.intents {
			if len(in.Reported.Conditions) != 2 || in.Reported.Conditions[1].Status != "True" {
				return false
			}
		}
		return true
	})
	require.Equal(t, counts{holds: n, reports: n}, w.counts())

	for key := range w.all() {
		w.edit(key, func(in *propagation.Intent) { in.Deleting = true })
	}
	w.until(t, "all released", func() bool { return w.releases == n })
	require.Equal(t, counts{holds: n, reports: n, releases: n}, w.counts())
}

// lingering are members in which a copy that is deleted goes a moment later.
type lingering struct{ *memory.Propagator }

func (l lingering) Remove(ctx context.Context, cluster federation.ClusterName, key propagation.Key, how propagation.Removal) (propagation.Outcome, error) {
	if l.Get(cluster, key) == nil {
		return l.Propagator.Remove(ctx, cluster, key, how)
	}
	if err := l.Before(ctx, cluster, key); err != nil {
		return propagation.Outcome{}, err
	}
	time.AfterFunc(10*time.Millisecond, func() { l.Drop(cluster, key) })
	return propagation.Outcome{Action: propagation.Removing}, nil
}

func TestWhatFailedForAReasonOfTheClusterGoesOnWhenOneRecovers(t *testing.T) {
	var well atomic.Bool
	ill := &memory.Propagator{Before: func(_ context.Context, c federation.ClusterName, _ propagation.Key) error {
		if c != "b" || well.Load() {
			return nil
		}
		p := propagation.Problemf(status.UpdateFailed, propagation.RetryLater, "something is wrong in the cluster")
		p.Passing = true
		return p
	}}
	w := run(t, newHost(), ill, func(o *propagation.Options) { o.Backoff, o.MaxBackoff = time.Hour, time.Hour })
	const n = 20
	for i := range n {
		in := everywhere()
		in.Key.Name = fmt.Sprint("web-", i)
		w.put(in)
	}
	w.untilEvents(t, n)
	well.Store(true)
	w.until(t, "all recovered", func() bool { return len(w.events) == 2*n })
}

func TestWhatIsUnderWayIsGivenUpWhenTheClusterGoes(t *testing.T) {
	var hang atomic.Bool
	hang.Store(true)
	begun := make(chan struct{}, 1)
	pretend := &memory.Propagator{Before: func(ctx context.Context, c federation.ClusterName, _ propagation.Key) error {
		if c == "b" && hang.Load() {
			begun <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	w := run(t, newHost(), pretend, func(o *propagation.Options) { o.Timeout = time.Hour })
	w.put(everywhere())
	<-begun
	w.away("b")
	w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.ClusterNotReady, "c": status.OK})
	hang.Store(false)
	w.back("b")
	w.untilStates(t, ok("a", "b", "c"))
}

func TestAClusterThatIsNotReadyIsLeftAloneAndServedWhenItReturns(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))

	w.away("b")
	w.edit(web, func(in *propagation.Intent) {
		_ = unstructured.SetNestedField(in.Template.Object, "green", "data", "color")
	})
	w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.ClusterNotReady, "c": status.OK})
	require.Equal(t, "green blue green", w.color("a")+" "+w.color("b")+" "+w.color("c"))

	w.back("b")
	w.untilStates(t, ok("a", "b", "c"))
	require.Equal(t, "green", w.color("b"))
}

func TestReadinessThatFlipsWritesNothing(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	in := everywhere()
	in.Placement.Want.Clusters = append(in.Placement.Want.Clusters, "d")
	w.put(in)
	w.untilStates(t, ok("a", "b", "c"))
	w.untilEvents(t, 1) // of the unknown cluster
	before := w.counts()
	away := member("b")
	away.Ready = false
	for range 20 {
		w.members.Put(away)
		w.members.Put(member("b"))
	}
	// What joins after them shows that they were looked at.
	w.members.Put(member("d"))
	w.untilStates(t, ok("a", "b", "c", "d"))
	before.reports++
	require.Equal(t, before, w.counts())
}

func TestARestartWritesNothing(t *testing.T) {
	h, pretend := newHost(), &memory.Propagator{}
	first := run(t, h, pretend)
	first.put(everywhere())
	first.untilStates(t, ok("a", "b", "c"))
	first.stop()
	before := h.counts()

	second := run(t, h, pretend)
	second.edit(web, func(in *propagation.Intent) {})
	second.until(t, "second generation", func() bool { return second.last().Generation == 2 })
	before.reports++
	require.Equal(t, before, h.counts())
}

func TestADeletionWaitsForAClusterThatIsAway(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.away("b")
	w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
	w.untilStates(t, map[federation.ClusterName]status.State{"b": status.WaitingForRemoval})
	require.Equal(t, 0, w.counts().releases)
	w.back("b")
	w.until(t, "release", func() bool { return w.releases == 1 })
	require.Nil(t, w.memory.Get("b", web))
}

func TestAClusterDeselectedWhileAwayIsCleanedWhenItReturns(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.away("b")
	w.edit(web, func(in *propagation.Intent) { in.Placement.Want.Clusters = []federation.ClusterName{"a"} })
	w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.WaitingForRemoval})
	require.NotNil(t, w.memory.Get("b", web))
	w.back("b")
	w.untilStates(t, ok("a"))
	require.Nil(t, w.memory.Get("b", web))
}

func TestABadOverrideHarmsItsClusterAlone(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	in := everywhere()
	in.Overrides = []overrides.Rule{{Cluster: "b", Patches: []overrides.Patch{{Op: "remove", Path: "/data/nothing"}}}}
	w.put(in)
	w.untilStates(t, map[federation.ClusterName]status.State{"a": status.OK, "b": status.ApplyOverridesFailed, "c": status.OK})
	w.untilEvents(t, 1)
	w.edit(web, func(in *propagation.Intent) { in.Overrides = nil })
	w.untilStates(t, ok("a", "b", "c"))
	w.untilEvents(t, 2)
}

func TestAnIntentThatCannotBeReadChangesNothing(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.edit(web, func(in *propagation.Intent) { in.Invalid, in.Template = errors.New("spec.placement: nonsense"), nil })
	w.until(t, "second generation", func() bool { return w.last().Generation == 2 })
	require.Equal(t, "blue", w.color("a"))
	require.Equal(t, ok("a", "b", "c"), w.states())
	require.Equal(t, status.Condition{Type: status.Propagation, Status: "False", Reason: status.ComputePlacementFailed, Message: "spec.placement: nonsense"},
		w.host.reports[len(w.host.reports)-1].Conditions[0])
}

func TestACopyThatSomebodyDeletedComesBack(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	w.memory.Drop("b", web)
	require.Eventually(t, func() bool { return w.memory.Get("b", web) != nil }, 10*time.Second, time.Millisecond)
	require.Equal(t, 1, w.counts().reports)
}

func TestACopyThatArrivesAfterTheDeletionIsRemoved(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	w.put(everywhere())
	w.untilStates(t, ok("a", "b", "c"))
	late := w.memory.Get("b", web)
	w.edit(web, func(in *propagation.Intent) { in.Deleting = true })
	w.until(t, "release", func() bool { return w.releases == 1 })
	_, err := w.memory.Apply(t.Context(), "b", late, propagation.Holding{Parent: "parent"})
	require.NoError(t, err)
	w.memory.Put("b", late) // which tells
	require.Eventually(t, func() bool { return w.memory.Get("b", web) == nil }, 10*time.Second, time.Millisecond)
}

func TestAMemberThatJoinsGetsWhatItShouldHave(t *testing.T) {
	w := run(t, newHost(), &memory.Propagator{})
	in := everywhere()
	in.Placement.Want.Clusters = append(in.Placement.Want.Clusters, "d")
	w.put(in)
	w.until(t, "report of the unknown cluster", func() bool {
		return len(w.last().Conditions) == 2 && w.last().Conditions[1].Reason == string(placement.UnknownCluster)
	})
	w.members.Put(member("d"))
	w.untilStates(t, ok("a", "b", "c", "d"))
	require.NotNil(t, w.memory.Get("d", web))
}

func TestNewNamesEveryMissingOption(t *testing.T) {
	_, err := propagation.New(propagation.Options{})
	for _, name := range []string{"Registry", "Source", "Ledger", "Propagator"} {
		require.ErrorContains(t, err, "Options."+name)
	}
}

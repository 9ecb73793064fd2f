package externaldns

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
)

// maxGrace is the longest that a drain waits for DNS.
const maxGrace = 15 * time.Minute

// Graceful is a registry for whoever carries objects to the clusters, and takes them
// away: as long as clients may come to a cluster that is being drained, or that
// leaves, it says that the cluster is cordoned, no more. That is until no record
// sends clients there, their TTL has passed since, and PublishTime, but no longer
// than a quarter of an hour; not at all where no record ever did. So addresses leave
// before pods do.
func (c *Controller) Graceful(r federation.Registry) federation.Registry {
	return &graceful{Registry: r, controller: c}
}

// graceful is a registry that has drains wait for DNS.
type graceful struct {
	federation.Registry
	controller *Controller

	mu    sync.Mutex
	since map[federation.ClusterName]time.Time // when a cluster was seen to be about to go
}

// Snapshot implements federation.Registry.
func (g *graceful) Snapshot() federation.ClusterSet {
	set, _ := g.soften(g.Registry.Snapshot(), time.Now())
	return set
}

// Watch implements federation.Registry.
func (g *graceful) Watch(ctx context.Context) iter.Seq[federation.ClusterSet] {
	return func(yield func(federation.ClusterSet) bool) {
		ctx, stop := context.WithCancel(ctx)
		changed, looked := make(chan struct{}, 1), make(chan struct{}, 1)
		g.controller.sent.listen(looked)
		var running sync.WaitGroup
		defer running.Wait()
		defer g.controller.sent.deafen(looked)
		defer stop()
		running.Go(func() {
			for range g.Registry.Watch(ctx) {
				select {
				case changed <- struct{}{}:
				default: // it is about to be read
				}
			}
		})
		g.watch(ctx, changed, looked, yield)
	}
}

// watch yields the members when they change, and when one need not wait any more.
func (g *graceful) watch(ctx context.Context, changed, looked <-chan struct{}, yield func(federation.ClusterSet) bool) {
	var waiting []federation.ClusterName
	for wake := time.Duration(0); ; {
		isNews := false
		select {
		case <-ctx.Done():
			return
		case <-changed:
			isNews = true
		case <-looked:
		case <-after(wake):
		}
		now := time.Now()
		set, still := g.soften(g.Registry.Snapshot(), now)
		wake = still.wake(now)
		if isNews || !slices.Equal(waiting, still.names) {
			if waiting = still.names; !yield(set) {
				return
			}
		}
	}
}

// after fires after a while, and never where that is nothing.
func after(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return time.After(d)
}

// waiting are the clusters that wait for DNS, and when to look again.
type waiting struct {
	names []federation.ClusterName
	next  time.Time
}

func (w *waiting) add(name federation.ClusterName, next time.Time) {
	w.names = append(w.names, name)
	if w.next.IsZero() || next.Before(w.next) {
		w.next = next
	}
}

func (w waiting) wake(now time.Time) time.Duration {
	if w.next.IsZero() {
		return 0
	}
	return max(w.next.Sub(now), 100*time.Millisecond)
}

// soften is the members, with those only cordoned that wait for DNS.
func (g *graceful) soften(set federation.ClusterSet, now time.Time) (federation.ClusterSet, waiting) {
	still := g.look(set, now)
	if len(still.names) == 0 {
		return set, still
	}
	all := make([]federation.Cluster, 0, set.Len())
	for c := range set.All() {
		if slices.Contains(still.names, c.Name) {
			c = cordoned(c)
		}
		all = append(all, c)
	}
	return federation.NewClusterSet(all...), still
}

// look says which members wait for DNS.
func (g *graceful) look(set federation.ClusterSet, now time.Time) (still waiting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	seen := map[federation.ClusterName]time.Time{}
	for c := range set.All() {
		since, going := goingSince(c)
		if !going {
			continue
		}
		seen[c.Name] = cmp.Or(g.since[c.Name], now)
		if until := g.until(c.Name, cmp.Or(since, seen[c.Name]), now); until.After(now) {
			still.add(c.Name, until)
		}
	}
	g.since = seen
	return still
}

// until is when to look again whether clients may come to a cluster that is about to
// go since a time; what is not after now is that they do not.
func (g *graceful) until(name federation.ClusterName, since, now time.Time) time.Time {
	until, end := g.controller.visited(name, now), since.Add(maxGrace)
	if until.After(end) {
		return end
	}
	return until
}

// visited is until when clients may come to a cluster, as far as that is known. A
// host that does not know the kinds of records sends nobody anywhere.
func (c *Controller) visited(name federation.ClusterName, now time.Time) time.Time {
	if !isClosed(c.begun) {
		if isClosed(c.started) && now.Sub(c.startedAt) > 2*startPatience {
			return time.Time{}
		}
		return now.Add(time.Second) // then more is known
	}
	until, sent := c.sent.visited(name)
	if sent {
		return now.Add(maxGrace)
	}
	return until
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// goingSince says whether what is in a cluster is to go, and since when; zero when
// nobody knows.
func goingSince(c federation.Cluster) (since time.Time, going bool) {
	for _, taint := range c.Taints {
		if isDrain(taint) {
			if taint.TimeAdded != nil {
				since = taint.TimeAdded.Time
			}
			return since, true
		}
	}
	return time.Time{}, c.Leaving != ""
}

func isDrain(taint corev1.Taint) bool {
	return taint.Key == federation.DrainTaint && taint.Effect == corev1.TaintEffectNoExecute
}

// cordoned is a cluster that is about to go, as one that only takes nothing new.
func cordoned(c federation.Cluster) federation.Cluster {
	c.Leaving = ""
	c.Taints = slices.DeleteFunc(slices.Clone(c.Taints), isDrain)
	c.Taints = append(c.Taints, corev1.Taint{Key: federation.DrainTaint, Effect: corev1.TaintEffectNoSchedule})
	return c
}

package clusterset

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fedrail/fedrail/federation"
)

// follow watches the members as far as services are exported, and calls settled
// whenever it may be that more is known. It returns when ctx has ended and all that
// it started.
func (w *world) follow(ctx context.Context, settled func()) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() {
		for range w.clusters.Watch(ctx) {
			w.mu.Lock()
			w.begun = true
			w.mu.Unlock()
			w.again()
		}
	})
	var gone <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.news:
		case <-gone:
			w.mu.Lock()
			w.touchAll()
			w.mu.Unlock()
		}
		gone = nil
		if wait := w.settle(ctx, &running); wait > 0 {
			gone = time.After(wait)
		}
		settled()
	}
}

// settle has each member watched as far as services are exported, and returns the
// time until it has to be done again though nothing has changed, such as when a member
// that is away counts as gone; 0 when it has not.
func (w *world) settle(ctx context.Context, running *sync.WaitGroup) time.Duration {
	set, now := w.clusters.Snapshot().Staying(), time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.partLocked(set)
	var waits []time.Duration
	for c := range set.All() {
		m := w.over(c, now)
		w.tidy(m)
		for _, s := range m.shelves() {
			if m.reach != nil && !s.isOpen() {
				s.open(ctx, running, m.watch(s.topic()))
			}
			waits = append(waits, s.settle(now))
		}
		waits = append(waits, m.end(w.keepFor).Sub(now))
	}
	waits = slices.DeleteFunc(waits, func(d time.Duration) bool { return d <= 0 })
	if len(waits) == 0 {
		return 0
	}
	return slices.Min(waits)
}

// partLocked forgets the members that are none any more.
func (w *world) partLocked(set federation.ClusterSet) {
	for name, m := range w.members {
		if _, member := set.Get(name); !member {
			m.close()
			delete(w.members, name)
			w.touchAll()
		}
	}
}

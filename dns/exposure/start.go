package exposure

import (
	"context"
	"sync"

	"github.com/fedrail/fedrail/federation"
)

// Start watches what is followed, until ctx ends and all has ended that it
// started. Call it once.
func (w *Watcher) Start(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	defer w.replace(nil)
	running.Go(func() {
		for range w.Clusters.Watch(ctx) {
			w.again()
		}
	})
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.news:
			w.settle(func(v *view) { v.start(ctx, &running) })
		}
	}
}

// settle has each member watched as far as anybody wants to know of it.
func (w *Watcher) settle(start func(*view)) {
	set, wanted := w.Clusters.Snapshot(), w.wanted()
	now := map[federation.ClusterName]*member{}
	for name, of := range wanted {
		if c, known := set.Get(name); known {
			now[name] = w.over(c, of)
		}
	}
	for _, name := range w.replace(now) {
		w.tellOfAll(name, kinds()...)
	}
	for name, m := range now {
		w.adjust(m, wanted[name], start)
		w.lament(m)
	}
}

// replace makes now the members, and ends the watches of those that are not among
// them any more. It returns the clusters that are none any more.
func (w *Watcher) replace(now map[federation.ClusterName]*member) (left []federation.ClusterName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, m := range w.members {
		if now[name] == m {
			continue
		}
		for _, v := range m.views {
			v.stop()
		}
		if now[name] == nil {
			left = append(left, name)
		}
	}
	w.members = now
	return left
}

// lament tells once that a member cannot be reached at all.
func (w *Watcher) lament(m *member) {
	if m.failure == nil || m.lamented {
		return
	}
	m.lamented = true
	w.Logger.Info("cannot connect to member", "cluster", m.name, "reason", m.failure.Error())
	w.tellOfAll(m.name, kinds()...)
}

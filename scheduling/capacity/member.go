package capacity

import (
	"context"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/watching"
)

// member is what is watched of one member over one connection.
type member struct {
	name       federation.ClusterName
	connection string
	ready      bool
	failure    error // why it cannot be reached at all; its connection changes when that is mended
	client     watching.Client

	// Guarded by the Watcher's mutex.
	wants  wants
	spaces map[string]*view // of one namespace each
	whole  *view            // of all pods, and of the nodes; nil: not wanted
}

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
	for name := range wanted {
		if c, known := set.Get(name); known {
			now[name] = w.over(c)
		}
	}
	w.replace(now)
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, m := range now {
		m.wants = wanted[name]
		w.adjustLocked(m, start)
	}
}

// over is the member over its present connection.
func (w *Watcher) over(c federation.Cluster) *member {
	w.mu.Lock()
	m := w.members[c.Name]
	w.mu.Unlock()
	if m == nil || m.connection != c.Connection {
		m = &member{name: c.Name, connection: c.Connection, spaces: map[string]*view{}}
		if m.client, m.failure = w.connect(c.Name); m.failure != nil {
			w.Logger.Info("cannot connect to member", "cluster", c.Name, "reason", m.failure.Error())
		}
	}
	if c.Ready && !m.ready {
		w.retryNow(m)
	}
	m.ready = c.Ready
	return m
}

// retryNow ends the wait between two tries to watch a member.
func (w *Watcher) retryNow(m *member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range m.views() {
		v.retryNow()
	}
}

// replace makes now the members, and ends the watches of those that are not among
// them any more.
func (w *Watcher) replace(now map[federation.ClusterName]*member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, m := range w.members {
		if now[name] != m {
			for _, v := range m.views() {
				v.stop()
			}
		}
	}
	w.members = now
}

// views are all that is watched of the member.
func (m *member) views() []*view {
	var all []*view
	for _, v := range m.spaces {
		all = append(all, v)
	}
	if m.whole != nil {
		all = append(all, m.whole)
	}
	return all
}

// adjustLocked begins the watches of a member that are lacking, and ends those
// that nobody needs. What takes the place of another watch has been listed before
// that ends.
func (w *Watcher) adjustLocked(m *member, start func(*view)) {
	if m.failure != nil {
		return
	}
	if m.wants.nodes && m.whole == nil {
		m.whole = w.viewOf(m, "")
		start(m.whole)
	}
	listed := true
	for namespace := range m.wants.namespaces {
		v := m.spaces[namespace]
		if v == nil && m.alone() {
			v = w.viewOf(m, namespace)
			m.spaces[namespace] = v
			start(v)
		}
		listed = listed && v != nil && v.pods.IsListed()
	}
	for namespace, v := range m.spaces {
		if !m.wants.namespaces[namespace] || m.wants.nodes && m.whole.pods.IsListed() {
			v.stop()
			delete(m.spaces, namespace)
		}
	}
	if m.whole != nil && !m.wants.nodes && listed {
		m.whole.stop()
		m.whole = nil
	}
}

// alone says whether namespaces are to be watched by themselves: because that is
// enough, or because the member does not allow more.
func (m *member) alone() bool { return !m.wants.nodes || m.whole.pods.IsRefused() }

// connect makes a client of a member.
func (w *Watcher) connect(name federation.ClusterName) (watching.Client, error) {
	config, err := w.Clusters.Config(name)
	if err != nil {
		return watching.Client{}, err
	}
	return watching.Connect(config, corev1.SchemeGroupVersion, corev1.AddToScheme)
}

package exposure

import (
	"context"
	"sync"

	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/watching"
)

// member is what is watched of one member over one connection.
type member struct {
	name       federation.ClusterName
	connection string
	ready      bool
	config     *rest.Config
	failure    error   // why it cannot be reached at all; its connection changes when that is mended
	before     *member // over the connection before, as long as it knows more; nil otherwise

	views map[resource]*view // guarded by the Watcher's mutex
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
			w.settle(ctx, &running)
		}
	}
}

// settle has each member watched as far as anybody wants to know of it.
func (w *Watcher) settle(ctx context.Context, running *sync.WaitGroup) {
	set, wanted := w.Clusters.Snapshot(), w.wanted()
	now := map[federation.ClusterName]*member{}
	for name := range wanted {
		if c, known := set.Get(name); known {
			now[name] = w.over(c)
		}
	}
	w.replace(now)
	for name, m := range now {
		w.adjust(ctx, running, m, wanted[name])
	}
}

// over is the member over its present connection.
func (w *Watcher) over(c federation.Cluster) *member {
	w.mu.Lock()
	m := w.members[c.Name]
	w.mu.Unlock()
	if m == nil || m.connection != c.Connection {
		m = &member{name: c.Name, connection: c.Connection, before: m.last(), views: map[resource]*view{}}
		if m.config, m.failure = w.Clusters.Config(c.Name); m.failure != nil {
			w.Logger.Info("cannot connect to member", "cluster", c.Name, "reason", m.failure.Error())
		}
	}
	if c.Ready && !m.ready {
		w.retryNow(m)
	}
	m.ready = c.Ready
	return m
}

// last is the member over the last connection over which all was seen; nil when
// there is none.
func (m *member) last() *member {
	if m != nil && m.before != nil {
		return m.before
	}
	return m
}

// retryNow ends the wait between two tries to watch a member.
func (w *Watcher) retryNow(m *member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range m.views {
		v.watch.RetryNow()
	}
}

// replace makes now the members, and ends the watches of those that are not among
// them any more. What such a one saw last is told until its successor has seen it.
func (w *Watcher) replace(now map[federation.ClusterName]*member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, m := range w.members {
		if now[name] != m {
			for _, v := range m.views {
				v.stop()
			}
		}
	}
	w.members = now
}

// adjust begins the watches of a member that are lacking, and ends those that
// nobody needs.
func (w *Watcher) adjust(ctx context.Context, running *sync.WaitGroup, m *member, wanted map[resource]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for r, v := range m.views {
		if !wanted[r] {
			v.stop()
			delete(m.views, r)
		}
	}
	for r := range wanted {
		if m.failure != nil || m.views[r] != nil {
			continue
		}
		v, err := w.viewOf(m, r)
		if err != nil {
			m.failure = err
			continue
		}
		m.views[r] = v
		watched, stop := context.WithCancel(ctx)
		v.stop = stop
		running.Go(func() { v.watch.Run(watched) })
	}
	if m.before != nil && m.knowsAllLocked(wanted) {
		m.before = nil
	}
}

// knowsAllLocked says whether all is known that is wanted.
func (m *member) knowsAllLocked(wanted map[resource]bool) bool {
	for r := range wanted {
		if v := m.views[r]; v == nil || !v.watch.IsListed() {
			return false
		}
	}
	return true
}

// viewOf is a view of the objects of one kind that does not run yet.
func (w *Watcher) viewOf(m *member, r resource) (*view, error) {
	subject := watching.Subject{Resource: string(r), Namespace: w.Namespace}
	reader, example, err := r.open(rest.CopyConfig(m.config), subject)
	if err != nil {
		return nil, err
	}
	v := newView(func(changed []Subject) { w.tell(m.name, changed) })
	v.watch = watching.New(watching.Options{
		Member: m.name, Subject: subject, Reader: reader, Example: example, Store: v, Backoff: w.backoff(),
		News: func() {
			w.again()
			w.tell(m.name, w.followedIn(m.name))
		},
	})
	return v, nil
}

// tell tells of subjects that anybody follows.
func (w *Watcher) tell(cluster federation.ClusterName, changed []Subject) {
	for _, s := range changed {
		if w.follows(cluster, s) {
			w.Changed(cluster, s)
		}
	}
}

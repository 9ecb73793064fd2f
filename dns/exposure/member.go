package exposure

import (
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	failure    error // why it cannot be reached at all; its connection changes when that is mended
	lamented   bool  // the failure was told

	// Guarded by the Watcher's mutex.
	views  map[resource]*view
	before map[resource]*view // what was seen over connections before, as long as it is not known over this one
}

// answers are the resources of whose objects answers are made together, as far as
// these are wanted.
func answers(wanted map[resource]int) [][]resource {
	all := [][]resource{{services, endpointSlices}, {ingresses}, {gateways}}
	for i := range all {
		all[i] = slices.DeleteFunc(all[i], func(r resource) bool { return wanted[r] == 0 })
	}
	return all
}

// over is the member over its present connection.
func (w *Watcher) over(c federation.Cluster, wanted map[resource]int) *member {
	w.mu.Lock()
	m := w.members[c.Name]
	w.mu.Unlock()
	if m == nil || m.connection != c.Connection {
		m = &member{name: c.Name, connection: c.Connection, views: map[resource]*view{}, before: w.seenOver(m, wanted)}
		m.config, m.failure = w.Clusters.Config(c.Name)
	}
	if c.Ready && !m.ready {
		w.retryNow(m)
	}
	m.ready = c.Ready
	return m
}

// seenOver is what was seen over the connection of a member, or those before it. nil
// is a member of which nothing was.
func (w *Watcher) seenOver(m *member, wanted map[resource]int) map[resource]*view {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[resource]*view{}
	if m == nil {
		return seen
	}
	for _, together := range answers(wanted) {
		for i, v := range m.seenLocked(together) {
			if v != nil && v.watch.IsListed() {
				seen[together[i]] = v
			}
		}
	}
	return seen
}

// seenLocked are the views that an answer is made from, one for each resource; nil is
// one that is not watched. What was seen before is told until the member has said
// over its present connection what there is, or that it does not say.
func (m *member) seenLocked(together []resource) []*view {
	now, before := views(m.views, together), views(m.before, together)
	if slices.ContainsFunc(now, isOpen) && !slices.Contains(before, nil) {
		return before
	}
	return now
}

func views(in map[resource]*view, of []resource) []*view {
	all := make([]*view, len(of))
	for i, r := range of {
		all[i] = in[r]
	}
	return all
}

// isOpen says whether a member has not answered yet.
func isOpen(v *view) bool {
	return v == nil || !v.watch.IsListed() && !v.watch.IsRefused() && !apierrors.IsNotFound(v.watch.Known())
}

// retryNow ends the wait between two tries to watch a member.
func (w *Watcher) retryNow(m *member) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range m.views {
		v.watch.RetryNow()
	}
}

// adjust begins the watches of a member that are lacking, and ends those that
// nobody needs.
func (w *Watcher) adjust(m *member, wanted map[resource]int, start func(*view)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for r, v := range m.views {
		if wanted[r] == 0 {
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
		start(v)
	}
	m.forgetLocked(wanted)
}

// forgetLocked forgets what was seen over connections before, where more is known or
// nobody wants to know it.
func (m *member) forgetLocked(wanted map[resource]int) {
	known := map[resource]bool{}
	for _, together := range answers(wanted) {
		for _, r := range together {
			known[r] = !slices.ContainsFunc(views(m.views, together), isOpen)
		}
	}
	maps.DeleteFunc(m.before, func(r resource, _ *view) bool { return wanted[r] == 0 || known[r] })
}

// viewOf is a view of the objects of one kind that does not run yet.
func (w *Watcher) viewOf(m *member, r resource) (*view, error) {
	subject := watching.Subject{Resource: string(r), Namespace: w.Namespace}
	reader, example, err := r.open(rest.CopyConfig(m.config), subject)
	if err != nil {
		return nil, err
	}
	v := newView(func(changed []Subject) { w.tell(m.name, r, changed) })
	v.watch = watching.New(watching.Options{
		Member: m.name, Subject: subject, Reader: reader, Example: example, Store: v, Backoff: w.backoff(),
		News: func() {
			w.again()
			w.tellOfAll(m.name, r)
		},
	})
	return v, nil
}

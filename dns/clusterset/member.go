package clusterset

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/watching"
	"github.com/fedrail/fedrail/propagation"
)

// over is the member as it is now, over its present connection.
func (w *world) over(c federation.Cluster, now time.Time) *member {
	m := w.members[c.Name]
	if m == nil {
		m = &member{
			exports: newShelf(w, w.exportKind()), imports: newShelf(w, w.importKind()), namespaces: newShelf(w, w.namespaceKind()),
			spaces: map[string]*space{},
		}
		w.members[c.Name] = m
		w.touchAll()
	}
	if m.reach == nil || m.Connection != c.Connection {
		m.close()
		var err error
		if m.reach, err = newReach(w.clusters, c.Name); err != nil {
			w.logger.Info("cannot connect to member", "cluster", c.Name, "reason", err.Error())
		}
	}
	if at := m.turned(c, now); !at.Equal(m.since) {
		m.since = at
		w.touchAll()
	}
	if c.Ready && !m.Ready {
		for _, s := range m.shelves() {
			s.retryNow()
		}
	}
	m.Cluster = c
	return m
}

// turned is since when a member is ready, or is not. That it is ready counts from when
// it was first seen here: only then could it be looked at.
func (m *member) turned(c federation.Cluster, now time.Time) time.Time {
	if !c.Ready && !c.Turned.IsZero() {
		now = c.Turned
	}
	return m.turn.Note(c.Ready, now)
}

// tidy has no namespace watched in which nothing is exported or imported any more.
func (w *world) tidy(m *member) {
	for name, s := range m.spaces {
		switch {
		case len(w.services[name]) == 0:
			s.close()
			delete(m.spaces, name)
		case s.slices != nil && !m.exportsFrom(name, w.services[name]):
			s.slices.close()
			s.slices = nil
		}
	}
}

func (m *member) exportsFrom(namespace string, services map[propagation.Key]uint64) bool {
	for service := range services {
		if e := one(m.exports, service); e != nil && e.DeletionTimestamp == nil {
			return true
		}
	}
	return false
}

// end is when a member that is away, or not known, counts as gone; zero when it is
// neither.
func (m *member) end(keepFor time.Duration) time.Time {
	var last time.Time
	if !m.Ready || !m.isKnown() {
		last = m.since.Add(keepFor)
	}
	for name := range m.spaces {
		if known, from := m.knows(name); !known {
			last = latest(last, from.Add(keepFor))
		}
	}
	return last
}

// shelved is a shelf of any kind.
type shelved interface {
	isKnown() bool
	start() time.Time
	settle(now time.Time) time.Duration
	topic() watching.Subject
	isOpen() bool
	open(ctx context.Context, running *sync.WaitGroup, o watching.Options)
	retryNow()
	close()
}

func (m *member) shelves() []shelved {
	all := []shelved{m.exports, m.imports, m.namespaces}
	for _, s := range m.spaces {
		all = append(all, s.shelves()...)
	}
	return all
}

func (s *space) shelves() []shelved {
	if s.slices == nil {
		return []shelved{s.services}
	}
	return []shelved{s.services, s.slices}
}

func (m *member) close() {
	for _, s := range m.shelves() {
		s.close()
	}
}

func (s *space) close() {
	for _, one := range s.shelves() {
		one.close()
	}
}

// watch is how a subject is watched in the member.
func (m *member) watch(s watching.Subject) watching.Options {
	return watching.Options{
		Member: m.Name, Subject: s, Reader: m.reach.client(s.Resource).Reader(s, metav1.ListOptions{}),
		Backoff: wait.Backoff{Duration: 200 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 30, Cap: 5 * time.Second},
	}
}

var (
	_ shelved = (*shelf[*v1beta1.ServiceExport])(nil)
	_ shelved = (*shelf[*corev1.Service])(nil)
)

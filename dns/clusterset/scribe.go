package clusterset

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// scribe writes in the members what is said of exports and imports. Each member has
// a queue of its own, so that one that is slow delays no other.
type scribe struct {
	world  *world
	logger logr.Logger

	mu    sync.Mutex
	words map[propagation.Key]words
	desks map[federation.ClusterName]desk
}

// words are what is to be said of a service in each member.
type words struct {
	exports map[federation.ClusterName][]status.Condition
	imports map[federation.ClusterName]importWord
}

// desk is the services of which something may have to be written in one member.
type desk = workqueue.TypedRateLimitingInterface[propagation.Key]

const (
	writers      = 4 // at a time in each member
	writeTimeout = 10 * time.Second
)

func newScribe(w *world, l logr.Logger) *scribe {
	return &scribe{world: w, logger: l, words: map[propagation.Key]words{}, desks: map[federation.ClusterName]desk{}}
}

// run opens a desk for each member until ctx ends; news tells that they may be
// others.
func (s *scribe) run(ctx context.Context, news <-chan struct{}) {
	var running sync.WaitGroup
	defer running.Wait()
	defer s.keep(federation.ClusterSet{}, nil)
	for {
		s.keep(s.world.clusters.Snapshot(), func(name federation.ClusterName, d desk) {
			for range writers {
				running.Go(func() { s.work(ctx, name, d) })
			}
		})
		select {
		case <-ctx.Done():
			return
		case <-news:
		}
	}
}

// keep closes the desks of those that are no members, and opens those that lack.
func (s *scribe) keep(set federation.ClusterSet, open func(federation.ClusterName, desk)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, d := range s.desks {
		if _, member := set.Get(name); !member {
			d.ShutDown()
			delete(s.desks, name)
		}
	}
	for c := range set.All() {
		if s.desks[c.Name] != nil {
			continue
		}
		d := workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[propagation.Key](200*time.Millisecond, 30*time.Second))
		s.desks[c.Name] = d
		for service, w := range s.words {
			if w.concern(c.Name) {
				d.Add(service)
			}
		}
		open(c.Name, d)
	}
}

func (w words) concern(name federation.ClusterName) bool {
	_, imports := w.imports[name]
	return imports || len(w.exports[name]) > 0
}

// say has it written where it is not.
func (s *scribe) say(service propagation.Key, w words) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(w.exports)+len(w.imports) == 0 {
		delete(s.words, service)
		return
	}
	s.words[service] = w
	for name, d := range s.desks {
		if w.concern(name) {
			d.Add(service)
		}
	}
}

func (s *scribe) of(service propagation.Key) words {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.words[service]
}

// work writes in one member.
func (s *scribe) work(ctx context.Context, name federation.ClusterName, d desk) {
	for {
		service, closed := d.Get()
		if closed {
			return
		}
		if err := s.write(ctx, name, service); err != nil && ctx.Err() == nil {
			s.logger.Info("cannot say how it fares, trying again later", "cluster", name, "namespace", service.Namespace, "name", service.Name, "reason", err.Error())
			d.AddRateLimited(service)
		} else {
			d.Forget(service)
		}
		d.Done(service)
	}
}

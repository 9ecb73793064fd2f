package clusterset

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/internal/watching"
	"github.com/fedrail/fedrail/propagation"
)

// feed fills a shelf from a watch. One that does not run any more changes nothing.
type feed[T object] struct {
	shelf *shelf[T]
	watch *watching.Watch
	stop  context.CancelFunc
}

// change changes the shelf.
func (f *feed[T]) change(how func(*shelf[T])) error {
	f.shelf.world.mu.Lock()
	defer f.shelf.world.mu.Unlock()
	if f.shelf.feed == f {
		how(f.shelf)
	}
	return nil
}

// news looks at why there is nothing to be listed.
func (f *feed[T]) news() {
	err := f.watch.Known()
	if err == nil {
		return // Replace has said so
	}
	_ = f.change(func(s *shelf[T]) {
		log := s.world.logger
		if apierrors.IsNotFound(err) {
			log, s.missing = log.V(1), time.Now()
			s.world.again()
		} else {
			s.missing = time.Time{}
		}
		log.Info("cannot be watched", "cluster", f.watch.Member, "type", f.watch.Subject.Resource, "reason", err.Error())
	})
}

// unserved is how long a member has to say that it does not serve a kind until that
// is believed: an API server that starts knows no definitions yet.
const unserved = 10 * time.Second

// settle notes that there is nothing of a kind that is not served, and returns the
// time until that is to be looked at; 0 when it is not.
func (s *shelf[T]) settle(now time.Time) time.Duration {
	left := s.missing.Add(unserved).Sub(now)
	switch {
	case s.known || s.missing.IsZero() || s.feed == nil || !apierrors.IsNotFound(s.feed.watch.Known()):
		return 0
	case left <= 0:
		s.see(nothing)
	}
	return max(left, 0)
}

// sight says how much there may be of a kind.
type sight string

const (
	served  sight = ""
	nothing sight = "Nothing" // for the kind is not served
)

// see notes that all there is has been seen.
func (s *shelf[T]) see(now sight) {
	if !s.known || s.sight != now {
		s.known, s.sight = true, now
		s.world.touchAll()
	}
}

// Add implements [cache.ReflectorStore].
func (f *feed[T]) Add(obj any) error { return f.Update(obj) }

// Update implements [cache.ReflectorStore].
func (f *feed[T]) Update(obj any) error {
	return f.change(func(s *shelf[T]) { s.put(obj.(T)) })
}

// Delete implements [cache.ReflectorStore].
func (f *feed[T]) Delete(obj any) error {
	return f.change(func(s *shelf[T]) { s.drop(propagation.KeyOf(obj.(T))) })
}

// Replace implements [cache.ReflectorStore]: objs are all there are.
func (f *feed[T]) Replace(objs []any, _ string) error {
	err := f.change(func(s *shelf[T]) {
		there := make(map[propagation.Key]bool, len(objs))
		for _, obj := range objs {
			there[propagation.KeyOf(obj.(T))] = true
			s.put(obj.(T))
		}
		for key := range s.objects {
			if !there[key] {
				s.drop(key)
			}
		}
		s.missing = time.Time{}
		s.see(served)
	})
	f.watch.HasListed()
	return err
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (f *feed[T]) Resync() error { return nil }

// Transformer implements [cache.TransformingStore]: while all objects are read,
// little of each is held.
func (f *feed[T]) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) {
		if o, ok := obj.(T); ok {
			o.SetManagedFields(nil)
			return o, nil
		}
		return obj, nil
	}
}

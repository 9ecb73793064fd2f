package clusterset

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/internal/watching"
	"github.com/fedrail/fedrail/propagation"
)

// object is what is kept on a shelf.
type object interface {
	comparable
	metav1.Object
	runtime.Object
}

// shelf is what one member has of one kind, in all namespaces or in one, as it was
// seen last. The world's lock guards it.
type shelf[T object] struct {
	kind[T]
	world   *world
	began   time.Time // when it was to be watched first
	known   bool      // all has been listed, be it a while ago
	missing time.Time // since when the member says that it does not serve the kind; zero when it does not say so
	sight   sight
	objects map[propagation.Key]T
	of      map[propagation.Key]map[propagation.Key]bool // the keys of those that concern a service
	feed    *feed[T]                                     // that runs; nil is none
}

// kind is what is special about the objects on a shelf.
type kind[T object] struct {
	subject watching.Subject
	example T
	// keep is what is kept of an object; false is nothing.
	keep func(T) (T, bool)
	// concerns is the service that an object is about; false is all in its namespace.
	concerns func(T) (propagation.Key, bool)
	// touched is called with a service when something has changed that is about it.
	touched func(propagation.Key)
}

func newShelf[T object](w *world, k kind[T]) *shelf[T] {
	return &shelf[T]{
		kind: k, world: w, began: time.Now(),
		objects: map[propagation.Key]T{}, of: map[propagation.Key]map[propagation.Key]bool{},
	}
}

// about are the objects that concern a service, in name order.
func (s *shelf[T]) about(service propagation.Key) []T {
	keys := slices.SortedFunc(maps.Keys(s.of[service]), byKey)
	all := make([]T, len(keys))
	for i, key := range keys {
		all[i] = s.objects[key]
	}
	return all
}

// put puts an object there in place of the one before, and notes what it concerns.
func (s *shelf[T]) put(o T) {
	key := propagation.KeyOf(o)
	before, there := s.objects[key]
	kept, keep := s.keep(o)
	switch {
	case !keep:
		s.drop(key)
		return
	case there && before.GetUID() == o.GetUID() && before.GetResourceVersion() == o.GetResourceVersion():
		return
	case there:
		s.drop(key)
	}
	s.objects[key] = kept
	service, one := s.concerns(kept)
	if !one {
		s.world.touchNamespace(service.Namespace)
		return
	}
	if s.of[service] == nil {
		s.of[service] = map[propagation.Key]bool{}
	}
	s.of[service][key] = true
	s.touched(service)
}

// drop takes an object away.
func (s *shelf[T]) drop(key propagation.Key) {
	before, there := s.objects[key]
	if !there {
		return
	}
	delete(s.objects, key)
	service, one := s.concerns(before)
	if !one {
		s.world.touchNamespace(service.Namespace)
		return
	}
	delete(s.of[service], key)
	if len(s.of[service]) == 0 {
		delete(s.of, service)
	}
	s.touched(service)
}

// take takes over what an API server answered to a write, unless something newer was
// seen meanwhile.
func (s *shelf[T]) take(o T) {
	before, there := s.objects[propagation.KeyOf(o)]
	if !there || before.GetUID() != o.GetUID() {
		return
	}
	if order, err := resourceversion.CompareResourceVersion(before.GetResourceVersion(), o.GetResourceVersion()); err == nil && order < 0 {
		s.put(o)
	}
}

// open has it watched over a connection, until ctx ends or close is called.
func (s *shelf[T]) open(ctx context.Context, running *sync.WaitGroup, o watching.Options) {
	ctx, stop := context.WithCancel(ctx)
	f := &feed[T]{shelf: s, stop: stop}
	o.Subject, o.Example, o.Store, o.News = s.subject, s.example, f, f.news
	f.watch = watching.New(o)
	s.feed = f
	running.Go(func() { f.watch.Run(ctx) })
}

func (s *shelf[T]) isOpen() bool            { return s.feed != nil }
func (s *shelf[T]) isKnown() bool           { return s.known }
func (s *shelf[T]) start() time.Time        { return s.began }
func (s *shelf[T]) topic() watching.Subject { return s.subject }

func (s *shelf[T]) close() {
	if s.feed != nil {
		s.feed.stop()
		s.feed = nil
	}
}

func (s *shelf[T]) retryNow() {
	if s.feed != nil {
		s.feed.watch.RetryNow()
	}
}

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

package clusterset

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/resourceversion"

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

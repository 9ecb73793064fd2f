package declared

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/propagation"
)

var _ propagation.Source = (*Objects[*unstructured.Unstructured])(nil)

// Watch implements [propagation.Source]. One Watch runs at a time.
func (s *Objects[T]) Watch(ctx context.Context, changed func(propagation.Key)) error {
	look := &gate{pass: changed}
	registration, err := s.options.Informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(now any) { look.at(s.put(now.(T))) },
		UpdateFunc: func(before, now any) {
			if key := s.put(now.(T)); s.worthLooking(before.(T), now.(T)) {
				look.at(key)
			}
		},
		DeleteFunc: func(object any) {
			if gone, late := object.(cache.DeletedFinalStateUnknown); late {
				object = gone.Obj
			}
			look.at(s.drop(object.(T)))
		},
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // the informer has ended first
	case err != nil:
		return fmt.Errorf("watch %s: %w", s.options.Type, err)
	}
	defer look.close()
	s.setListed(registration.HasSynced)
	defer s.setListed(nil)
	<-ctx.Done()
	if err := s.options.Informer.RemoveEventHandler(registration); err != nil {
		return fmt.Errorf("end the watch of %s: %w", s.options.Type, err)
	}
	return nil
}

// gate passes keys on until it is closed: an informer may still be calling its
// handler when that has been removed.
type gate struct {
	mu     sync.Mutex
	closed bool
	pass   func(propagation.Key)
}

func (g *gate) at(key propagation.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.pass(key)
	}
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// Get implements [propagation.Source].
func (s *Objects[T]) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	object, found, err := s.find(key)
	if !found || err != nil {
		return propagation.Intent{}, false, err
	}
	in, err := s.options.Translate(object)
	if err != nil {
		in.Invalid = err
	}
	in.Key, in.Parent, in.Generation = key, object.GetUID(), object.GetGeneration()
	in.Deleting = object.GetDeletionTimestamp() != nil
	in.Held = slices.Contains(object.GetFinalizers(), s.options.Finalizer)
	in.Reported = summaryOf(s.options.Status(object))
	if in.Placement.Object.Labels == nil {
		in.Placement.Object.Labels = object.GetLabels()
	}
	return in, true, nil
}

// find returns the object of that key. An error means that it is not known yet
// whether there is one.
func (s *Objects[T]) find(key propagation.Key) (T, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	object, found := s.byKey[key]
	if !found && (s.listed == nil || !s.listed()) {
		return object, false, fmt.Errorf("%s: %w", s.options.Type, propagation.ErrNotListed)
	}
	return object, found, nil
}

func (s *Objects[T]) put(object T) propagation.Key {
	key := propagation.KeyOf(object)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byKey[key] = object
	return key
}

func (s *Objects[T]) drop(object T) propagation.Key {
	key := propagation.KeyOf(object)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, key)
	return key
}

func (s *Objects[T]) setListed(listed func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listed = listed
}

// worthLooking says whether an object differs in more than what this package
// writes to it itself.
func (s *Objects[T]) worthLooking(before, now metav1.Object) bool {
	return before.GetUID() != now.GetUID() ||
		before.GetGeneration() != now.GetGeneration() ||
		(before.GetDeletionTimestamp() == nil) != (now.GetDeletionTimestamp() == nil) ||
		!slices.Contains(now.GetFinalizers(), s.options.Finalizer) ||
		!maps.Equal(before.GetLabels(), now.GetLabels()) ||
		!maps.Equal(before.GetAnnotations(), now.GetAnnotations())
}

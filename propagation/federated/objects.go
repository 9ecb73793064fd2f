package federated

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/propagation"
)

// Objects are the federated objects of one type: what should be where, and how
// it went. Make them with [New].
type Objects struct {
	Options
	informer cache.SharedIndexInformer
}

var (
	_ propagation.Source   = (*Objects)(nil)
	_ propagation.Ledger   = (*Objects)(nil)
	_ propagation.Recorder = (*Objects)(nil)
)

// New makes the Objects of a type, and starts nothing.
func New(o Options) (*Objects, error) {
	if o.Client == nil || o.Writer == nil || o.Target.Kind == "" || o.Federated.Resource == "" {
		return nil, errors.New("federated: Options need Client, Writer, Target and Federated")
	}
	if o.isNamespace() && o.Namespaces == nil {
		return nil, errors.New("federated: Options.Namespaces is required for the type Namespace")
	}
	informer := newInformer(o.Client, o.Federated, o.Namespace)
	return &Objects{Options: o, informer: informer}, nil
}

// Get implements [propagation.Source].
func (s *Objects) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	object, found := s.find(key)
	switch {
	case !found && !s.informer.HasSynced():
		return propagation.Intent{}, false, fmt.Errorf("%s: %w", s.Federated, propagation.ErrNotListed)
	case !found, s.Serve == ServeDeletions && object.GetDeletionTimestamp() == nil:
		return propagation.Intent{}, false, nil
	}
	return s.read(object, key)
}

// read is the intent of a federated object, within the bounds of its namespace.
func (s *Objects) read(object *unstructured.Unstructured, key propagation.Key) (propagation.Intent, bool, error) {
	in := intentOf(object, s.Options, key)
	if s.isNamespace() {
		uid, known := s.Namespaces.hostUID(key.Name)
		if !known { // it is there, for the federated object is in it
			return propagation.Intent{}, false, fmt.Errorf("the host's own namespace %q has not been seen yet", key.Name)
		}
		in.Removal.Spare, in.Holding.Adopt = uid, uid
		return in, true, nil
	}
	if key.Namespace != "" && s.Namespaces != nil {
		bounds, err := s.Namespaces.boundsOf(key.Namespace)
		if err != nil {
			return propagation.Intent{}, false, err
		}
		in.Placement.Bounds = bounds
		if !s.neverFederated(key.Namespace) {
			in.Awaits = func(cluster federation.ClusterName) *propagation.Problem {
				return s.Namespaces.awaits(place{cluster, key.Namespace})
			}
		}
	}
	return in, true, nil
}

// find returns the federated object that declares the object of that key.
func (s *Objects) find(key propagation.Key) (*unstructured.Unstructured, bool) {
	stored := key.String()
	if s.isNamespace() {
		stored = key.Name + "/" + key.Name
	}
	object, found, err := s.informer.GetStore().GetByKey(stored)
	if err != nil || !found {
		return nil, false
	}
	return object.(*unstructured.Unstructured), true
}

// Watch implements [propagation.Source].
func (s *Objects) Watch(ctx context.Context, changed func(propagation.Key)) error {
	if s.Namespaces != nil {
		if err := s.Namespaces.waitListed(ctx); err != nil {
			return err
		}
	}
	if s.Namespaces != nil && !s.isNamespace() {
		defer s.Namespaces.subscribe(func(namespace string) { s.eachIn(namespace, changed) })()
	}
	registration, err := s.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { s.look(obj, changed) },
		UpdateFunc: func(before, now any) {
			if worthLooking(before.(*unstructured.Unstructured), now.(*unstructured.Unstructured)) {
				s.look(now, changed)
			}
		},
		DeleteFunc: func(obj any) {
			if gone, late := obj.(cache.DeletedFinalStateUnknown); late {
				obj = gone.Obj
			}
			s.look(obj, changed)
		},
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", s.Federated, err)
	}
	defer func() { _ = s.informer.RemoveEventHandler(registration) }()
	s.informer.RunWithContext(ctx)
	return nil
}

// look asks to look at what a federated object declares, if it may declare it.
func (s *Objects) look(obj any, changed func(propagation.Key)) {
	object := obj.(*unstructured.Unstructured)
	name, namespace := s.declares(object)
	switch {
	case !s.isNamespace():
		changed(propagation.Key{Namespace: namespace, Name: name})
	case s.neverFederated(name):
	case object.GetName() != object.GetNamespace():
		s.event(object, propagation.Event{Type: corev1.EventTypeWarning, Reason: "InvalidName", Message: fmt.Sprintf(
			"a %s declares the namespace that it lives in: name it %q, or move it to namespace %q",
			object.GetKind(), object.GetNamespace(), object.GetName())})
	default:
		changed(propagation.Key{Name: name})
	}
}

// eachIn asks to look at everything in a namespace.
func (s *Objects) eachIn(namespace string, changed func(propagation.Key)) {
	objects, err := s.informer.GetIndexer().ByIndex(cache.NamespaceIndex, namespace)
	if err != nil {
		return // the index is always there
	}
	for _, obj := range objects {
		s.look(obj, changed)
	}
}

// worthLooking says whether a federated object differs in more than what this
// package writes to it itself.
func worthLooking(before, now *unstructured.Unstructured) bool {
	return before.GetUID() != now.GetUID() ||
		before.GetGeneration() != now.GetGeneration() ||
		(before.GetDeletionTimestamp() == nil) != (now.GetDeletionTimestamp() == nil) ||
		!slices.Contains(now.GetFinalizers(), federatedkind.Finalizer) ||
		!maps.Equal(before.GetLabels(), now.GetLabels()) ||
		!maps.Equal(before.GetAnnotations(), now.GetAnnotations())
}

// Package declared reads what should be where from a custom resource of one's
// own, and writes there how it fares: no definition of Fedrail's is needed on
// the host.
//
// [Objects] is the propagation.Source and the propagation.Ledger for one such
// kind. It shares the informer and the client of the program that embeds it;
// with controller-runtime those are
//
//	informer, err := mgr.GetCache().GetInformer(ctx, &v1alpha1.WebApp{})
//	client, err := dynamic.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
//
// With an Archive for the Controller, such as that of package
// propagation/archive, a deletion does not wait for ever for a member that is
// away.
//
// The kind keeps the status of package federation/apis/declaredkind, and has
// the status subresource.
package declared

import (
	"errors"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/declaredkind"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what [Objects] of a kind T are made of; T is a pointer to its Go
// type. All but Events are required.
type Options[T metav1.Object] struct {
	// Client writes to the host.
	Client dynamic.Interface
	// Type is the kind itself, as the host serves it.
	Type federation.Type
	// Informer brings the objects of the kind. Whoever made it runs it.
	Informer Informer
	// Finalizer keeps an object until its copies are gone. It has to be a name
	// of your own, such as "webapps.example.com/copies".
	Finalizer string
	// Translate says what an object declares: Template, Placement, Overrides,
	// Rollout and Removal, and Suspended, Reconcile and Retry where that can be asked
	// for; the rest of the Intent is filled in. It must not modify the
	// object. An error is told in the status, and nothing is changed in any
	// member while it lasts.
	Translate func(T) (propagation.Intent, error)
	// Status is the status in an object; it is not modified.
	Status func(T) declaredkind.Status
	// Events tells people about transitions; nil drops them.
	Events func(about *corev1.ObjectReference, e propagation.Event)
}

// An Informer tells of objects. Those of client-go and of controller-runtime
// are such.
type Informer interface {
	AddEventHandler(handler cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error)
	RemoveEventHandler(registration cache.ResourceEventHandlerRegistration) error
}

// Objects are the objects of one kind: what should be where, and how it fares.
// Make them with [New].
type Objects[T metav1.Object] struct {
	options Options[T]

	mu     sync.Mutex
	byKey  map[propagation.Key]T // the informer's; nobody changes them
	listed func() bool           // nil while Watch does not run
}

// New makes the Objects of a kind, and starts nothing. An error names every
// option that is missing.
func New[T metav1.Object](o Options[T]) (*Objects[T], error) {
	var errs []error
	for _, required := range []struct {
		name    string
		missing bool
	}{
		{"Client", o.Client == nil}, {"Informer", o.Informer == nil}, {"Finalizer", o.Finalizer == ""},
		{"Translate", o.Translate == nil}, {"Status", o.Status == nil}, {"Type", o.Type.Resource == "" || o.Type.Scope == ""},
	} {
		if required.missing {
			errs = append(errs, fmt.Errorf("declared: Options.%s is required", required.name))
		}
	}
	return &Objects[T]{options: o, byKey: map[propagation.Key]T{}}, errors.Join(errs...)
}

package exposure

import (
	"context"
	"maps"
	"sync"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/internal/watching"
)

// view is the objects of one kind in one member, as they were last seen. Of each it
// keeps no more than is told.
type view struct {
	watch   *watching.Watch
	changed func([]Subject)
	stop    func()
	began   time.Time

	mu       sync.Mutex
	exposed  map[types.NamespacedName]Exposure         // by object
	slices   map[types.NamespacedName]ready            // by EndpointSlice
	backends map[types.NamespacedName]map[string]int64 // by Service, how often each address is ready
}

var (
	_ cache.ReflectorStore    = (*view)(nil)
	_ cache.TransformingStore = (*view)(nil)
)

func newView(changed func([]Subject)) *view {
	return &view{changed: changed, stop: func() {}, began: time.Now(), exposed: map[types.NamespacedName]Exposure{},
		slices: map[types.NamespacedName]ready{}, backends: map[types.NamespacedName]map[string]int64{}}
}

// start runs the watch until ctx ends, or stop is called.
func (v *view) start(ctx context.Context, running *sync.WaitGroup) {
	ctx, v.stop = context.WithCancel(ctx)
	running.Go(func() { v.watch.Run(ctx) })
	running.Go(func() { v.tellLate(ctx) })
}

// listPatience is for how long what a member has is about to be known: one that
// answers, and does not list, would have everybody wait for ever.
const listPatience = 10 * time.Second

// isLate says whether nobody should wait any more for what a member has.
func (v *view) isLate() bool { return time.Since(v.began) > listPatience }

// tellLate tells when nobody should wait any more for what a member has.
func (v *view) tellLate(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(listPatience):
		if !v.watch.IsListed() && !v.watch.HasFailed() {
			v.watch.News()
		}
	}
}

// note changes what is known, and tells when that changes what is told.
func (v *view) note(change func() []Subject) error {
	v.mu.Lock()
	changed := change()
	v.mu.Unlock()
	if len(changed) > 0 {
		v.changed(changed)
	}
	return nil
}

// Add implements [cache.ReflectorStore].
func (v *view) Add(obj any) error { return v.Update(obj) }

// Update implements [cache.ReflectorStore].
func (v *view) Update(obj any) error { return v.note(func() []Subject { return v.setLocked(obj) }) }

// Delete implements [cache.ReflectorStore].
func (v *view) Delete(obj any) error {
	return v.note(func() []Subject { return v.dropLocked(nameOf(obj.(metav1.Object))) })
}

// Replace implements [cache.ReflectorStore]: objs are all that there are.
func (v *view) Replace(objs []any, _ string) error {
	v.mu.Lock()
	there, changed := map[types.NamespacedName]bool{}, map[Subject]bool{}
	note := func(all []Subject) {
		for _, s := range all {
			changed[s] = true
		}
	}
	for _, obj := range objs {
		there[nameOf(obj.(metav1.Object))] = true
		note(v.setLocked(obj))
	}
	for name := range v.exposed {
		if !there[name] {
			note(v.dropLocked(name))
		}
	}
	for name := range v.slices {
		if !there[name] {
			note(v.dropLocked(name))
		}
	}
	v.mu.Unlock()
	if news := v.watch.HasListed(); !news && len(changed) > 0 { // news tells all
		v.changed(keys(changed))
	}
	return nil
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (v *view) Resync() error { return nil }

// Transformer implements [cache.TransformingStore]: while all objects are read,
// nothing is held of each but itself without its history.
func (v *view) Transformer() cache.TransformFunc {
	return func(obj any) (any, error) {
		if o, ok := obj.(metav1.Object); ok {
			o.SetManagedFields(nil)
			o.SetAnnotations(nil)
		}
		return obj, nil
	}
}

func nameOf(o metav1.Object) types.NamespacedName {
	return types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}
}

func keys(set map[Subject]bool) []Subject {
	all := make([]Subject, 0, len(set))
	for s := range maps.Keys(set) {
		all = append(all, s)
	}
	return all
}

// setLocked takes an object over, and returns of what that tells something else.
func (v *view) setLocked(obj any) []Subject {
	if s, ok := obj.(*discoveryv1.EndpointSlice); ok {
		return v.setSliceLocked(nameOf(s), ready{
			service: types.NamespacedName{Namespace: s.Namespace, Name: s.Labels[discoveryv1.LabelServiceName]}, addresses: readyIn(s),
		})
	}
	o := obj.(metav1.Object)
	name := nameOf(o)
	kind, now := read(o)
	if v.exposed[name].equal(now) {
		return nil
	}
	v.exposed[name] = now
	return []Subject{{kind, name.Namespace, name.Name}}
}

// dropLocked forgets an object, and returns of what that tells something else.
func (v *view) dropLocked(name types.NamespacedName) []Subject {
	if _, there := v.slices[name]; there {
		return v.setSliceLocked(name, ready{})
	}
	if _, there := v.exposed[name]; !there {
		return nil
	}
	delete(v.exposed, name)
	return []Subject{{v.kind(), name.Namespace, name.Name}}
}

// kind is that of the objects that are exposed.
func (v *view) kind() Kind {
	switch resource(v.watch.Subject.Resource) {
	case ingresses:
		return Ingress
	case gateways:
		return Gateway
	}
	return Service
}

// exposure is what is known of an object.
func (v *view) exposure(name types.NamespacedName) Exposure {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.exposed[name]
}

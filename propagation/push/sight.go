package push

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// A vigil is the store of what it sees.
var _ cache.ReflectorStore = (*vigil)(nil)

// note takes over what was seen of one object, and says whether that is worth a
// try.
func (v *vigil) note(o metav1.Object) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seen[o.GetName()] = v.good(o)
	if !v.seen[o.GetName()] {
		return false
	}
	if len(v.waiting[o.GetName()]) > 0 {
		v.news[o.GetName()] = time.Now()
	}
	return true
}

// Add implements [cache.ReflectorStore].
func (v *vigil) Add(obj any) error { return v.Update(obj) }

// Update implements [cache.ReflectorStore].
func (v *vigil) Update(obj any) error {
	o := obj.(metav1.Object)
	if v.note(o) {
		v.tell(func(name string) bool { return name == o.GetName() })
	}
	return nil
}

// Delete implements [cache.ReflectorStore].
func (v *vigil) Delete(obj any) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.seen, obj.(metav1.Object).GetName())
	return nil
}

// Replace implements [cache.ReflectorStore]: objs are all there are.
func (v *vigil) Replace(objs []any, _ string) error {
	v.mu.Lock()
	clear(v.seen)
	v.mu.Unlock()
	good := map[string]bool{}
	for _, obj := range objs {
		o := obj.(metav1.Object)
		good[o.GetName()] = v.note(o)
	}
	v.mu.Lock()
	v.listed = true
	v.scouts.end()
	v.mu.Unlock()
	v.tell(func(name string) bool { return good[name] })
	return nil
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (v *vigil) Resync() error { return nil }

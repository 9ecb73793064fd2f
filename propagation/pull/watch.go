package pull

import (
	"context"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"
)

// sight is who sees objects of the host: put what is there, gone what is not any
// more, all at first and whenever the watch begins anew.
type sight struct {
	put, gone func(*unstructured.Unstructured)
	all       func([]*unstructured.Unstructured)
}

var _ cache.ReflectorStore = sight{}

// Add implements [cache.ReflectorStore].
func (s sight) Add(obj any) error { return s.Update(obj) }

// Update implements [cache.ReflectorStore].
func (s sight) Update(obj any) error {
	s.put(obj.(*unstructured.Unstructured))
	return nil
}

// Delete implements [cache.ReflectorStore].
func (s sight) Delete(obj any) error {
	s.gone(obj.(*unstructured.Unstructured))
	return nil
}

// Replace implements [cache.ReflectorStore].
func (s sight) Replace(objs []any, _ string) error {
	all := make([]*unstructured.Unstructured, len(objs))
	for i, obj := range objs {
		all[i] = obj.(*unstructured.Unstructured)
	}
	s.all(all)
	return nil
}

// Resync implements [cache.ReflectorStore]; there is nothing to do.
func (s sight) Resync() error { return nil }

// watched is what to watch on the host.
type watched struct {
	objects  dynamic.ResourceInterface
	selector string // by labels
	backoff  wait.Backoff
	// failed is told of each try that ended, with why; nil is nobody.
	failed func(error)
}

// watch shows the objects to s until ctx ends, whatever happens to the host.
func (w watched) watch(ctx context.Context, s sight) {
	lists := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = w.selector
			return w.objects.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = w.selector
			return w.objects.Watch(ctx, o)
		},
	}
	delay := w.backoff
	for ctx.Err() == nil {
		began, backoff := time.Now(), w.backoff
		reflector := cache.NewReflectorWithOptions(lists, &unstructured.Unstructured{}, s, cache.ReflectorOptions{Backoff: &backoff})
		err := reflector.ListAndWatchWithContext(ctx)
		if err != nil && w.failed != nil && ctx.Err() == nil {
			w.failed(err)
		}
		if time.Since(began) > w.backoff.Cap {
			delay = w.backoff
		}
		pause(ctx, delay.Step())
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// between is a back-off from one time to another.
func between(from, to time.Duration) wait.Backoff {
	return wait.Backoff{Duration: from, Factor: 2, Jitter: 0.2, Steps: 30, Cap: to}
}

// versionOf is an object's resourceVersion, which grows with each write.
func versionOf(o metav1.Object) uint64 {
	version, _ := strconv.ParseUint(o.GetResourceVersion(), 10, 64)
	return version
}

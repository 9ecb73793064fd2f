package preference

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/federation"
)

// watches are the sources that are needed now, one for each type.
type watches struct {
	open    func(federation.Type) source
	changed func(federation.Type, *unstructured.Unstructured) // told of each object that changed
	listed  func()                                            // told when all objects of a type are known

	mu      sync.Mutex
	running map[federation.Type]*watch
}

type watch struct {
	source
	stop context.CancelFunc
	done sync.WaitGroup
}

func newWatches(open func(federation.Type) source) *watches {
	return &watches{open: open, running: map[federation.Type]*watch{}}
}

// keep has the sources of these types run, and no others, until ctx ends. Those
// that are not needed any more have ended when it returns.
func (w *watches) keep(ctx context.Context, types map[federation.Type]bool) error {
	w.stopUnless(types)
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range types {
		if w.running[t] != nil {
			continue
		}
		if err := w.startLocked(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// stopUnless stops the sources of all other types, and waits for that.
func (w *watches) stopUnless(types map[federation.Type]bool) {
	var stopped []*watch
	w.mu.Lock()
	for t, running := range w.running {
		if !types[t] {
			running.stop()
			delete(w.running, t)
			stopped = append(stopped, running)
		}
	}
	w.mu.Unlock()
	for _, one := range stopped {
		one.done.Wait()
	}
}

func (w *watches) stopAll() { w.stopUnless(nil) }

func (w *watches) startLocked(ctx context.Context, t federation.Type) error {
	ctx, stop := context.WithCancel(ctx)
	started := &watch{source: w.open(t), stop: stop}
	err := started.onChange(func(before, now *unstructured.Unstructured) { w.changed(t, either(before, now)) })
	if err != nil {
		stop()
		return err
	}
	w.running[t] = started
	started.done.Go(func() { started.informer.RunWithContext(ctx) })
	started.done.Go(func() {
		if cache.WaitForCacheSync(ctx.Done(), started.informer.HasSynced) {
			w.listed()
		}
	})
	return nil
}

// of is the source of a type, and false until all its objects are known.
func (w *watches) of(t federation.Type) (source, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	running := w.running[t]
	if running == nil || !running.informer.HasSynced() {
		return source{}, false
	}
	return running.source, true
}

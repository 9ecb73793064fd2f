package sources

import (
	"context"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
)

// Several are the sources that are needed now, one for each type. Make them with
// [NewSeveral]; they are safe for concurrent use.
type Several struct {
	open    func(federation.Type) Source
	changed func(federation.Type, *unstructured.Unstructured)
	listed  func()

	mu      sync.Mutex
	running map[federation.Type]*one
}

type one struct {
	Source
	stop context.CancelFunc
	done sync.WaitGroup
}

// NewSeveral opens each source with open. Changed is told of each object that
// changed, and listed when all objects of a type are known.
func NewSeveral(open func(federation.Type) Source, changed func(federation.Type, *unstructured.Unstructured), listed func()) *Several {
	return &Several{open: open, changed: changed, listed: listed, running: map[federation.Type]*one{}}
}

// keep has the sources of these types run, and no others, until ctx ends. Those
// that are not needed any more have ended when it returns.
func (w *Several) keep(ctx context.Context, types map[federation.Type]bool) error {
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

// Tend keeps the sources run that are needed, and works that out anew when told to,
// until ctx ends. All have ended when it returns.
func (w *Several) Tend(ctx context.Context, again <-chan struct{}, needed func() map[federation.Type]bool) {
	defer w.stopUnless(nil)
	for {
		if err := w.keep(ctx, needed()); err != nil {
			logr.FromContextOrDiscard(ctx).Error(err, "objects of the host cannot be watched")
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		}
	}
}

// stopUnless stops the sources of all other types, and waits for that.
func (w *Several) stopUnless(types map[federation.Type]bool) {
	var stopped []*one
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

func (w *Several) startLocked(ctx context.Context, t federation.Type) error {
	ctx, stop := context.WithCancel(ctx)
	started := &one{Source: w.open(t), stop: stop}
	err := started.OnChange(func(before, now *unstructured.Unstructured) { w.changed(t, Either(before, now)) })
	if err != nil {
		stop()
		return err
	}
	w.running[t] = started
	started.done.Go(func() { started.Run(ctx) })
	started.done.Go(func() {
		if Wait(ctx, started.Source) {
			w.listed()
		}
	})
	return nil
}

// Of is the source of a type, and false until all its objects are known.
func (w *Several) Of(t federation.Type) (Source, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	running := w.running[t]
	if running == nil || !running.HasSynced() {
		return Source{}, false
	}
	return running.Source, true
}

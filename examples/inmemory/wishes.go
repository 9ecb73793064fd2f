package main

import (
	"context"
	"sync"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// wishes are what should be where. They are the Source that the Controller reads
// from and the Ledger that it writes to. An operator has its own custom resource
// here instead: see examples/operator.
type wishes struct {
	changed chan propagation.Key
	reports chan report

	mu      sync.Mutex
	intents map[propagation.Key]propagation.Intent
}

// report is what the Controller had to say about one object.
type report struct {
	key      propagation.Key
	summary  status.Summary
	released bool // no copy is left
}

var (
	_ propagation.Source = (*wishes)(nil)
	_ propagation.Ledger = (*wishes)(nil)
)

func newWishes() *wishes {
	return &wishes{
		changed: make(chan propagation.Key, 1),
		reports: make(chan report, 1),
		intents: map[propagation.Key]propagation.Intent{},
	}
}

// declare takes over an intent, in place of the one with its key.
func (w *wishes) declare(in propagation.Intent) {
	w.mu.Lock()
	in.Generation = w.intents[in.Key].Generation + 1
	in.Held = true // nothing vanishes from here unasked
	w.intents[in.Key] = in
	w.mu.Unlock()
	w.changed <- in.Key
}

// Get implements [propagation.Source].
func (w *wishes) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in, found := w.intents[key]
	return in, found, nil
}

// Watch implements [propagation.Source].
func (w *wishes) Watch(ctx context.Context, changed func(propagation.Key)) error {
	for {
		select {
		case key := <-w.changed:
			changed(key)
		case <-ctx.Done():
			return nil
		}
	}
}

// Hold implements [propagation.Ledger].
func (w *wishes) Hold(context.Context, propagation.Intent) error { return nil }

// Report implements [propagation.Ledger].
func (w *wishes) Report(_ context.Context, in propagation.Intent, s status.Summary) error {
	w.reports <- report{key: in.Key, summary: s}
	return nil
}

// Release implements [propagation.Ledger].
func (w *wishes) Release(_ context.Context, in propagation.Intent) error {
	w.mu.Lock()
	delete(w.intents, in.Key)
	w.mu.Unlock()
	w.reports <- report{key: in.Key, released: true}
	return nil
}

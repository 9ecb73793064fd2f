package propagation_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// host is a Source, a Ledger and a Recorder in memory.
type host struct {
	mu      sync.Mutex
	intents map[propagation.Key]propagation.Intent
	changed func(propagation.Key)
	news    chan struct{} // closed and replaced at each write

	holds, releases int
	reports         []status.Summary
	events          []propagation.Event
	about           []propagation.Key // of each event
}

func newHost() *host {
	return &host{intents: map[propagation.Key]propagation.Intent{}, news: make(chan struct{})}
}

func (h *host) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in, found := h.intents[key]
	return in, found, nil
}

func (h *host) Watch(ctx context.Context, changed func(propagation.Key)) error {
	h.mu.Lock()
	h.changed = changed
	for key := range h.intents {
		changed(key)
	}
	h.mu.Unlock()
	<-ctx.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = nil
	return nil
}

// put declares an intent, or a change of it.
func (h *host) put(in propagation.Intent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.intents[in.Key]
	in.Held, in.Reported, in.Generation = before.Held, before.Reported, before.Generation+1
	h.intents[in.Key] = in
	if h.changed != nil {
		h.changed(in.Key)
	}
}

func (h *host) edit(key propagation.Key, edit func(*propagation.Intent)) {
	h.mu.Lock()
	in := h.intents[key]
	h.mu.Unlock()
	edit(&in)
	h.put(in)
}

func (h *host) write(key propagation.Key, edit func(in *propagation.Intent)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	in, there := h.intents[key]
	edit(&in)
	if there {
		h.intents[key] = in
	}
	close(h.news)
	h.news = make(chan struct{})
	return nil
}

func (h *host) Hold(_ context.Context, in propagation.Intent) error {
	return h.write(in.Key, func(in *propagation.Intent) { h.holds++; in.Held = true })
}

func (h *host) Report(_ context.Context, in propagation.Intent, s status.Summary) error {
	return h.write(in.Key, func(in *propagation.Intent) { h.reports = append(h.reports, s); in.Reported = s })
}

func (h *host) Release(_ context.Context, in propagation.Intent) error {
	err := h.write(in.Key, func(*propagation.Intent) { h.releases++ })
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.intents, in.Key)
	return err
}

func (h *host) Record(in propagation.Intent, e propagation.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events, h.about = append(h.events, e), append(h.about, in.Key)
	close(h.news)
	h.news = make(chan struct{})
}

// untilEvents waits until that many events were recorded.
func (h *host) untilEvents(t *testing.T, n int) {
	t.Helper()
	h.until(t, fmt.Sprint(n, " events"), func() bool { return len(h.events) == n })
}

// counts are the writes to the host, and the events.
type counts struct{ holds, reports, releases, events int }

func (h *host) counts() counts {
	h.mu.Lock()
	defer h.mu.Unlock()
	return counts{h.holds, len(h.reports), h.releases, len(h.events)}
}

// until waits until what the host knows satisfies a condition.
func (h *host) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		h.mu.Lock()
		done, news := holds(), h.news
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-late:
			h.mu.Lock()
			defer h.mu.Unlock()
			t.Fatalf("never: %s; reports: %+v", what, h.reports)
		}
	}
}

// all are the intents there are now.
func (h *host) all() map[propagation.Key]propagation.Intent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.intents)
}

// last returns the last report; call it with the lock held, as until does.
func (h *host) last() status.Summary {
	if len(h.reports) == 0 {
		return status.Summary{}
	}
	return h.reports[len(h.reports)-1]
}

func (h *host) states() map[federation.ClusterName]status.State {
	states := map[federation.ClusterName]status.State{}
	for _, c := range h.last().Clusters {
		states[c.Cluster] = c.State
	}
	return states
}

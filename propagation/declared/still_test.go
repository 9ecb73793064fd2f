package declared_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/declared"
)

// still is an informer that has seen what a test has it see, and nothing since.
type still struct {
	cache.ResourceEventHandlerRegistration
	listed  func() bool
	watched chan cache.ResourceEventHandler
}

func (s *still) AddEventHandler(h cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	s.watched <- h
	return s, nil
}

func (s *still) RemoveEventHandler(cache.ResourceEventHandlerRegistration) error { return nil }

func (s *still) HasSynced() bool { return s.listed() }

// watched are the Objects of a still informer, and the handler to have it see
// with.
func watched(t *testing.T, h *host, listed func() bool) (cache.ResourceEventHandler, *declared.Objects[*unstructured.Unstructured]) {
	t.Helper()
	informer := &still{listed: listed, watched: make(chan cache.ResourceEventHandler)}
	objects := newObjects(t, h.client, informer)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { require.NoError(t, objects.Watch(ctx, func(propagation.Key) {})) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	return <-informer.watched, objects
}

// knowing are Objects that know of one, as it was, and its intent.
func (h *host) knowing(t *testing.T, widget *unstructured.Unstructured) (*declared.Objects[*unstructured.Unstructured], propagation.Intent) {
	t.Helper()
	handler, objects := watched(t, h, func() bool { return true })
	handler.OnAdd(widget, true)
	in, found, err := objects.Get(t.Context(), propagation.KeyOf(widget))
	require.NoError(t, err)
	require.True(t, found)
	return objects, in
}

func TestWhatWentUnseenIsForgotten(t *testing.T) {
	h := newHost(t)
	widget := h.create(t, "one", map[string]any{"color": "red"})
	handler, objects := watched(t, h, func() bool { return true })
	handler.OnAdd(widget, true)
	handler.OnDelete(cache.DeletedFinalStateUnknown{Key: "any", Obj: widget})
	require.Eventually(t, func() bool {
		_, found, err := objects.Get(t.Context(), propagation.KeyOf(widget))
		return err == nil && !found
	}, 10*time.Second, time.Millisecond)
}

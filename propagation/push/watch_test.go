package push_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/propagation"
)

// blindfold cuts what reads all copies of a member, and lets nobody read anew
// until it is taken off.
type blindfold struct {
	mu   sync.Mutex
	on   bool
	open []io.Closer
}

var errBlind = errors.New("the watch is down")

func (b *blindfold) read(send func() (*http.Response, error)) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.on {
		return nil, errBlind
	}
	answer, err := send()
	if err == nil {
		b.open = append(b.open, answer.Body)
	}
	return answer, err
}

func (b *blindfold) put() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on = true
	for _, stream := range b.open {
		_ = stream.Close() // what is not read any more is no loss
	}
	b.open = nil
}

func (b *blindfold) takeOff() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on = false
}

// TestWhatHappensWhileTheWatchIsDown is found when it is up again.
func TestWhatHappensWhileTheWatchIsDown(t *testing.T) {
	blind := &blindfold{}
	w := newWireWith(t, servers.Shared(t, "member1")[0], func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		if r.Method == http.MethodGet && r.URL.Query().Get("labelSelector") != "" {
			return blind.read(send)
		}
		return send()
	})
	for _, name := range []string{"deleted", "edited", "anew", "untouched"} {
		_, err := w.apply(name)
		require.NoError(t, err)
	}
	w.settle("before")
	blind.put()
	w.rivalDeletes("deleted")
	_, err := w.there().Patch(t.Context(), "edited", types.MergePatchType, []byte(`{"data":{"color":"theirs"}}`), metav1.PatchOptions{FieldManager: "rival"})
	require.NoError(t, err)
	w.rivalDeletes("anew")
	_, err = w.there().Create(t.Context(), configMap(w.namespace, "anew"), metav1.CreateOptions{})
	require.NoError(t, err)
	w.deaf()
	blind.takeOff()
	for _, name := range []string{"deleted", "edited", "anew"} {
		w.until("told of "+name, func() bool { return w.told(w.change(name)) })
		out, err := w.apply(name)
		require.NoError(t, err)
		require.Equal(t, propagation.Applied, out.Action, name)
		o, err := w.there().Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, map[string]any{"color": "blue"}, o.Object["data"], name)
	}
	require.False(t, w.told(w.change("untouched")))
}

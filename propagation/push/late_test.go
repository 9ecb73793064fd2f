package push_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/testbed"
	"github.com/fedrail/fedrail/propagation/budget"
)

// laggard keeps the first write of an object on its way until it is let go,
// long after its sender has given up.
type laggard struct {
	name string
	mu   sync.Mutex
	late func() (*http.Response, error)
}

// wrap has a transport lag.
func (l *laggard) wrap(next http.RoundTripper) http.RoundTripper { return lagging{l, next} }

type lagging struct {
	*laggard
	next http.RoundTripper
}

func (l lagging) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPatch || !strings.HasSuffix(r.URL.Path, "/"+l.name) || !l.keep(r) {
		return l.next.RoundTrip(r)
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// keep keeps a request, unless there is one already.
func (l lagging) keep(r *http.Request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.late != nil {
		return false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	again := r.Clone(context.WithoutCancel(r.Context()))
	again.Body = io.NopCloser(bytes.NewReader(body))
	l.late = func() (*http.Response, error) { return l.next.RoundTrip(again) }
	return true
}

// sent says whether a write is on its way.
func (l *laggard) sent() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.late != nil
}

// letGo has the write arrive.
func (l *laggard) letGo(t *testing.T) {
	answer, err := l.late()
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, answer.StatusCode)
	require.NoError(t, answer.Body.Close())
}

// TestAWriteThatArrivesAfterTheDeletion leaves nothing in the member, whether
// another object has that name by then or none.
func TestAWriteThatArrivesAfterTheDeletion(t *testing.T) {
	for _, again := range []string{"nothing has the name", "another object has the name, elsewhere"} {
		t.Run(again, func(t *testing.T) {
			all := servers.Shared(t, "host", "member1", "member2")
			m := newMany(testbed.New(t, all[0], all[1:], configMaps))
			members := ready(budget.New(), m.Servers...)
			slow := &laggard{name: "late"}
			members.configs[cluster].Wrap(slow.wrap)
			m.Clusters = members
			m.Types.Loop.Timeout = 200 * time.Millisecond
			m.Types.Loop.Backoff = 5 * time.Second // so that it is not tried again before the deletion
			m.Run()
			m.declare("late", "blue", nil)
			m.Until("sent", slow.sent)
			m.Delete(configMaps, "late")
			delete(m.want[0], "late")
			delete(m.want[1], "late")
			if again != "nothing has the name" {
				m.declare("late", "green", []int{1})
				m.UntilReady(configMaps, "late")
			}
			slow.letGo(t)
			m.untilRight()
			m.Quiet()
			m.untilRight()
		})
	}
}

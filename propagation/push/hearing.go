package push

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// deafAfter is how many requests in a row get no answer until a member counts
// as silent.
const deafAfter = 3

// hearing is whether a member answers, by all requests that are sent to it. A
// silent member is sent nothing but the question whether it answers again.
type hearing struct {
	news chan struct{} // a request got no answer

	mu         sync.Mutex
	unanswered int
	last       error // why the last one got none
}

func newHearing() *hearing { return &hearing{news: make(chan struct{}, 1)} }

// silence is why the member has not answered for a while; nil when it has.
func (h *hearing) silence() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unanswered < deafAfter {
		return nil
	}
	return h.last
}

// note takes over how a request went; nil is that there was an answer.
func (h *hearing) note(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		h.unanswered, h.last = 0, nil
		return
	}
	h.unanswered, h.last = h.unanswered+1, err
	select {
	case h.news <- struct{}{}:
	default:
	}
}

// wrap listens to what goes through a transport. A request that was given up by
// whoever sent it says nothing.
func (h *hearing) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err == nil || !errors.Is(context.Cause(r.Context()), context.Canceled) {
			h.note(err)
		}
		return answer, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

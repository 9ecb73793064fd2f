package push_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/internal/testbed"
)

// weather is what a member suffers while it lasts.
type weather func(chance float64, r *http.Request, send func() (*http.Response, error)) (*http.Response, error)

// storm is weather between the federation and one member.
type storm struct {
	weather weather

	mu     sync.Mutex
	rages  bool
	random *rand.Rand
	hit    int
}

func (s *storm) set(rages bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rages = rages
}

func (s *storm) draw() (float64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rages {
		s.hit++
	}
	return s.random.Float64(), s.rages
}

func (s *storm) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		send := func() (*http.Response, error) { return next.RoundTrip(r) }
		chance, rages := s.draw()
		if !rages {
			return send()
		}
		return s.weather(chance, r, send)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// refusal is an answer that the API server never gave.
func refusal(r *http.Request, code int, header http.Header) *http.Response {
	return &http.Response{
		Status: http.StatusText(code), StatusCode: code, Proto: "HTTP/2.0", ProtoMajor: 2, Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(http.StatusText(code))),
	}
}

func writes(r *http.Request) bool { return r.Method != http.MethodGet }

// TestBadWeather is survived: the other member does not notice, nothing is lost
// and nothing is left over, and when it is over the member catches up at once.
func TestBadWeather(t *testing.T) {
	for name, bad := range map[string]weather{
		"too many requests": func(chance float64, r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			if chance < 0.7 {
				return refusal(r, http.StatusTooManyRequests, http.Header{"Retry-After": {"1"}}), nil
			}
			return send()
		},
		"errors of the server": func(chance float64, r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			if chance < 0.5 {
				return refusal(r, http.StatusInternalServerError, http.Header{}), nil
			}
			return send()
		},
		"answers that are lost": func(chance float64, r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			answer, err := send()
			if err == nil && writes(r) && chance < 0.5 {
				_ = answer.Body.Close()
				return nil, errors.New("connection reset by peer")
			}
			return answer, err
		},
		"a wire that leads nowhere": func(_ float64, r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"a second for each request": func(_ float64, r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			select {
			case <-time.After(time.Second):
				return send()
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := servers.Shared(t, "host", "member1", "member2")
			m := newMany(testbed.New(t, all[0], all[1:], configMaps))
			s := &storm{weather: bad, random: rand.New(rand.NewPCG(seed, 7))}
			m.Meddle(m.Servers[1], s.wrap)
			m.Types.Loop.Timeout = 3 * time.Second
			m.Run()
			m.UntilReady(testbed.Namespaces(), m.Namespace)
			m.theirs = m.PlantForeign()
			m.fill(30)
			m.untilAllReady()

			s.set(true)
			began := time.Now()
			m.churn()
			m.untilHeld(0)
			t.Logf("held by the other after %v", time.Since(began).Round(time.Millisecond))
			m.Until("it has lasted", func() bool { return time.Since(began) > 8*time.Second })
			s.set(false)
			over := time.Now()
			m.untilHeld(1)
			t.Logf("%d requests were hit; caught up %v after it was over", s.hit, time.Since(over).Round(time.Millisecond))
			m.untilRight()
			m.deleteAll()
			m.untilRight()
			require.Less(t, time.Since(over), time.Minute)
		})
	}
}

// churn changes ten of thirty objects, deletes ten, and makes thirty more.
func (m *many) churn() {
	m.Helper()
	for i := range 10 {
		name := fmt.Sprintf("c-%03d", i)
		m.Patch(configMaps, name, fmt.Sprintf(`{"spec":{"template":{"data":{"color":"changed-%d"}}}}`, i))
		m.expect(name, fmt.Sprintf("changed-%d", i), nil)
	}
	for i := 10; i < 20; i++ {
		name := fmt.Sprintf("c-%03d", i)
		m.shuffle(name, fmt.Sprintf("color-%d", i), []int{0})
	}
	for i := 30; i < 60; i++ {
		m.declare(fmt.Sprintf("c-%03d", i), "late", nil)
	}
}

package exposure_test

import (
	"io"
	"net/http"
	"sync"
)

// streams are the watches that are open, by the path of what is watched.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

// paths are those of all that is watched.
func (s *streams) paths() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]int{}
	for path, n := range s.open {
		if n > 0 {
			all[path] = n
		}
	}
	return all
}

func (s *streams) count(path string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]int{}
	}
	s.open[path] += n
}

func (s *streams) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err == nil && answer.StatusCode == http.StatusOK && r.URL.Query().Get("watch") == "true" {
			s.count(r.URL.Path, 1)
			answer.Body = &stream{ReadCloser: answer.Body, closed: sync.OnceFunc(func() { s.count(r.URL.Path, -1) })}
		}
		return answer, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type stream struct {
	io.ReadCloser
	closed func()
}

// Close implements [io.Closer].
func (s *stream) Close() error {
	s.closed()
	return s.ReadCloser.Close()
}

package plane

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
)

// state is how far an instance has come.
type state struct{ now atomic.Int32 }

const (
	starting   int32 = iota
	standingBy       // another instance works
	leading          // this one begins to
	working          // the members are known
)

func (s *state) set(to int32) { s.now.Store(to) }

// unready says what is missing; empty when nothing is.
func (s *state) unready() string {
	switch s.now.Load() {
	case starting:
		return "the election has not begun"
	case leading:
		return "the members have not been listed"
	}
	return ""
}

// role is for people and for the metric.
func (s *state) role() string {
	if s.now.Load() >= leading {
		return "leader"
	}
	return "standby"
}

// handler serves health, as KubeFed does, metrics, and how objects are.
func (p *Plane) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if missing := p.state.unready(); missing != "" {
			http.Error(w, missing, http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintf(w, "ok: %s\n", p.state.role())
	})
	mux.Handle("GET /metrics", p.metrics.handler())
	looking{p.metrics.survey}.addTo(mux)
	return mux
}

// listen listens on each distinct address that is not empty, or on none.
func listen(ctx context.Context, addresses ...string) ([]net.Listener, error) {
	slices.Sort(addresses)
	var listeners []net.Listener
	for _, address := range slices.Compact(addresses) {
		if address == "" {
			continue
		}
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", address)
		if err != nil {
			for _, open := range listeners {
				_ = open.Close() // the other error is the one to tell
			}
			return nil, fmt.Errorf("serve health and metrics: %w", err)
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// serve serves until ctx ends.
func serve(ctx context.Context, l net.Listener, handler http.Handler) {
	log := logr.FromContextOrDiscard(ctx)
	log.Info("serving health and metrics", "address", l.Addr().String())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		_ = server.Close() // nobody waits for an answer of ours
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		log.Error(err, "serving ended", "address", l.Addr().String())
	}
	if !stop() {
		<-closed
	}
}

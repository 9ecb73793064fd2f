package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"
)

// health serves how the agent is until ctx ends; on an empty address nothing. The
// channel that it returns is closed when that has ended.
func health(ctx context.Context, address string, ready func() error) (ended <-chan struct{}, err error) {
	done := make(chan struct{})
	if address == "" {
		close(done)
		return done, nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--healthz-addr: %w", err)
	}
	log := logr.FromContextOrDiscard(ctx)
	log.Info("serving health", "address", listener.Addr().String())
	server := &http.Server{Handler: handler(ready), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(done)
		stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // nobody waits for an answer of ours
		defer stop()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error(err, "serving ended", "address", listener.Addr().String())
		}
	}()
	return done, nil
}

// handler says that the process lives, and why it is not ready.
func handler(ready func() error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	return mux
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// patience is how long a phase may take.
const patience = 10 * time.Minute

// watcher watches the federated objects of a world on the host, until a phase is
// done for all of them. It is the same for both worlds, and costs both the same.
//
// The members are not watched: an object whose status says that all members hold
// it is taken at its word, and the members are read as soon as the clock has
// stopped. A word that was not true then is an error of the benchmark.
type watcher struct {
	objects int
	done    atomic.Int64 // how many
	listed  chan struct{}
	ended   chan error // one element
	at      time.Time  // when the last was done; set before ended
	stop    context.CancelFunc
}

// watchHost returns when all objects have been listed. Close the watcher.
func watchHost(ctx context.Context, config *rest.Config, d declarations, p phase) (*watcher, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	t := d.kind.Federated()
	stream, err := client.RESTClient().Get().
		AbsPath("/apis", t.Group, t.Version, "namespaces", d.namespace, t.Resource).
		Param("watch", "true").Stream(ctx) // without a resource version: first what is there, then what changes
	if err != nil {
		stop()
		return nil, fmt.Errorf("watch the host: %w", err)
	}
	w := &watcher{objects: len(d.names), listed: make(chan struct{}), ended: make(chan error, 1), stop: stop}
	go func() {
		defer stream.Close()
		err := w.follow(stream, p)
		w.at = time.Now()
		w.ended <- err
	}()
	select {
	case <-w.listed:
		return w, nil
	case err := <-w.ended:
		stop()
		return nil, fmt.Errorf("watch the host: %w", err)
	}
}

// close ends the watch.
func (w *watcher) close() { w.stop() }

// wait returns when the phase is done for all objects, and when that was.
func (w *watcher) wait(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case err := <-w.ended:
		return w.at, err
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("%w when %d of %d objects were done", ctx.Err(), w.done.Load(), w.objects)
	}
}

// follow reads events until the phase is done for all objects.
func (w *watcher) follow(stream io.Reader, p phase) error {
	known, done := map[string]bool{}, map[string]bool{}
	decoder := json.NewDecoder(stream)
	for len(done) < w.objects {
		var e event
		if err := decoder.Decode(&e); err != nil {
			return err
		}
		if e.Type == "ERROR" {
			return fmt.Errorf("the watch was ended: %s", e.Object.Message)
		}
		name := e.Object.Metadata.Name
		if known[name] = true; len(known) == w.objects {
			w.closeListed()
		}
		if e.done(p) {
			done[name] = true
			w.done.Store(int64(len(done)))
		}
	}
	return nil
}

func (w *watcher) closeListed() {
	select {
	case <-w.listed:
	default:
		close(w.listed)
	}
}

// event is as much of an event of a watch as matters here.
type event struct {
	Type   string `json:"type"`
	Object struct {
		Message  string `json:"message"` // of an error
		Metadata struct {
			Name       string `json:"name"`
			Generation int64  `json:"generation"`
		} `json:"metadata"`
		Status struct {
			ObservedGeneration int64 `json:"observedGeneration"`
			Conditions         []struct {
				Type   string `json:"type"`
				Status string `json:"status"`
			} `json:"conditions"`
		} `json:"status"`
	} `json:"object"`
}

// done says whether the phase is done for the object: it is gone, or its status
// says that every member holds what it should now.
func (e event) done(p phase) bool {
	if p == deleting {
		return e.Type == "DELETED"
	}
	ready := false
	for _, c := range e.Object.Status.Conditions {
		ready = ready || c.Type == "Ready" && c.Status == "True"
	}
	return ready && e.Object.Status.ObservedGeneration == e.Object.Metadata.Generation
}

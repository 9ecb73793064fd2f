package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// patience is how long a phase may take.
const patience = 20 * time.Minute

// watcher watches the federated objects of a world on the host, until a phase is
// done for all of them. It is the same for both worlds, and costs both the same:
// it reads the stream of events itself, and of each only what it needs.
//
// The members are not watched: an object whose status says that all members hold
// it is taken at its word, and the members are read as soon as the clock has
// stopped. A word that was not true then is an error of the benchmark.
type watcher struct {
	declarations
	client rest.Interface
	phase  phase
	done   map[string]bool
	count  atomic.Int64  // of what is done
	listed chan struct{} // closed when all objects that are there are known
	ended  chan error    // one element
	at     time.Time     // when the last was done; set before ended
	stop   context.CancelFunc
}

// watchHost returns when what is there has been listed. Close the watcher.
func watchHost(ctx context.Context, config *rest.Config, d declarations, p phase) (*watcher, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	w := &watcher{
		declarations: d, client: client.RESTClient(), phase: p, done: map[string]bool{},
		listed: make(chan struct{}), ended: make(chan error, 1), stop: stop,
	}
	go func() {
		err := w.follow(ctx)
		w.at = time.Now()
		w.ended <- err
	}()
	select {
	case <-w.listed:
		return w, nil
	case err := <-w.ended:
		stop()
		return nil, fmt.Errorf("the watch of the host ended too early: %w", err)
	}
}

// far is how many objects are done.
func (w *watcher) far() string { return fmt.Sprintf("%d done", w.count.Load()) }

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
		return time.Time{}, fmt.Errorf("%w when %d of %d objects were done", ctx.Err(), w.count.Load(), len(w.names))
	}
}

// follow watches until the phase is done for all objects. An API server may end a
// watch when it likes; the next one begins with all that is there again.
func (w *watcher) follow(ctx context.Context) error {
	t := w.kind.Federated()
	for len(w.done) < len(w.names) {
		stream, err := w.client.Get().AbsPath("/apis", t.Group, t.Version, "namespaces", w.namespace, t.Resource).
			Param("watch", "true").Param("allowWatchBookmarks", "true").
			Param("sendInitialEvents", "true").Param("resourceVersionMatch", string(metav1.ResourceVersionMatchNotOlderThan)).
			Stream(ctx)
		if err != nil {
			return fmt.Errorf("watch the host: %w", err)
		}
		err = w.read(stream)
		_ = stream.Close() // it is at its end
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("watch the host: %w", err)
		}
	}
	return nil
}

// read reads the events of one watch.
func (w *watcher) read(stream io.Reader) error {
	there := map[string]bool{}
	for decoder := json.NewDecoder(stream); len(w.done) < len(w.names); {
		var e event
		if err := decoder.Decode(&e); err != nil {
			return err
		}
		name := e.Object.Metadata.Name
		switch {
		case e.Type == "ERROR":
			return errors.New(e.Object.Message)
		case e.endsList():
			w.noteListed(there)
		case e.Type == "BOOKMARK":
		case e.done(w.phase):
			w.done[name] = true
		}
		there[name] = true
		w.count.Store(int64(len(w.done)))
	}
	return nil
}

// noteListed takes in that there is nothing else. What went between two watches
// is gone.
func (w *watcher) noteListed(there map[string]bool) {
	for _, name := range w.names {
		if w.phase == deleting && !there[name] {
			w.done[name] = true
		}
	}
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
			Name        string            `json:"name"`
			Generation  int64             `json:"generation"`
			Annotations map[string]string `json:"annotations"`
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

// endsList says whether all that was there when the watch began has been sent.
func (e event) endsList() bool {
	return e.Type == "BOOKMARK" && e.Object.Metadata.Annotations[metav1.InitialEventsAnnotationKey] == "true"
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

package main

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	ready1   = `{"type":"MODIFIED","object":{"metadata":{"name":"one","generation":2},"status":{"observedGeneration":2,"conditions":[{"type":"Ready","status":"True"}]}}}`
	stale1   = `{"type":"ADDED","object":{"metadata":{"name":"one","generation":2},"status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True"}]}}}`
	added2   = `{"type":"ADDED","object":{"metadata":{"name":"two","generation":1}}}`
	deleted2 = `{"type":"DELETED","object":{"metadata":{"name":"two","generation":1}}}`
	listed   = `{"type":"BOOKMARK","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}}`
)

func TestWatcherSeesWhatIsDone(t *testing.T) {
	for name, c := range map[string]struct {
		phase  phase
		events []string
		done   map[string]bool
	}{
		"a status of an older generation is not done": {updating, []string{stale1, listed}, map[string]bool{}},
		"a status of this generation is":              {updating, []string{stale1, listed, ready1}, map[string]bool{"one": true}},
		"what is gone is deleted":                     {deleting, []string{stale1, added2, listed, deleted2}, map[string]bool{"two": true}},
		"what went between two watches is deleted":    {deleting, []string{stale1, listed}, map[string]bool{"two": true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &watcher{declarations: declarations{names: []string{"one", "two"}}, phase: c.phase, done: map[string]bool{}, listed: make(chan struct{})}
			require.ErrorIs(t, w.read(strings.NewReader(strings.Join(c.events, "\n"))), io.EOF)
			require.Equal(t, c.done, w.done)
			<-w.listed
		})
	}
}

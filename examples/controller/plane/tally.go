package plane

import (
	"maps"
	"sync"
)

// tally counts by key, and forgets what nobody wants to know of any more. The
// zero tally is ready for use, and safe for concurrent use.
type tally[K comparable] struct {
	mu     sync.Mutex
	counts map[K]float64
}

func (t *tally[K]) add(key K, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[K]float64{}
	}
	t.counts[key] += float64(n)
}

// only forgets the keys that keep says no to, and returns the rest.
func (t *tally[K]) only(keep func(K) bool) map[K]float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.counts, func(key K, _ float64) bool { return !keep(key) })
	return maps.Clone(t.counts)
}

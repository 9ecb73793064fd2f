package externaldns

import (
	"slices"
	"sync"
	"time"

	"github.com/fedrail/fedrail/federation"
)

// sent is to which clusters clients are sent, and until when they may be sent there
// because of what resolvers remember. The zero sent is nowhere; it is safe for
// concurrent use.
type sent struct {
	mu      sync.Mutex
	to      map[federation.ClusterName]map[id]time.Duration // how long they remember it whom a record sends there
	until   map[federation.ClusterName]time.Time
	changed []chan struct{} // of those who want to know
}

// note takes over to which clusters a record sends clients from now on, and how long
// these remember it.
func (s *sent) note(i id, to map[federation.ClusterName]bool, lasts time.Duration, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == nil {
		s.to, s.until = map[federation.ClusterName]map[id]time.Duration{}, map[federation.ClusterName]time.Time{}
	}
	news := false
	for name, by := range s.to {
		if before, was := by[i]; was && !to[name] {
			delete(by, i)
			s.until[name], news = latest(s.until[name], now.Add(before)), true
		}
	}
	for name := range to {
		if s.to[name] == nil {
			s.to[name] = map[id]time.Duration{}
		}
		s.to[name][i] = lasts
	}
	if news {
		s.tellLocked()
	}
}

// visited says until when clients may come to a cluster; always is that they are
// sent there now.
func (s *sent) visited(name federation.ClusterName) (until time.Time, always bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until[name], len(s.to[name]) > 0
}

// listen has changed told when clients are not sent to some cluster any more.
func (s *sent) listen(changed chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = append(s.changed, changed)
}

// deafen ends listen.
func (s *sent) deafen(changed chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = slices.DeleteFunc(s.changed, func(c chan struct{}) bool { return c == changed })
}

func (s *sent) tellLocked() {
	for _, changed := range s.changed {
		select {
		case changed <- struct{}{}:
		default: // it is about to look
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

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
	to      map[federation.ClusterName]map[id]bool
	until   map[federation.ClusterName]time.Time
	changed []chan struct{} // of those who want to know
}

// note takes over to which clusters a record sends clients, and for how long those
// are remembered to which it does not any more.
func (s *sent) note(i id, to map[federation.ClusterName]bool, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to == nil {
		s.to, s.until = map[federation.ClusterName]map[id]bool{}, map[federation.ClusterName]time.Time{}
	}
	news := false
	for name, by := range s.to {
		if by[i] && !to[name] {
			delete(by, i)
			s.until[name], news = latest(s.until[name], until), true
		}
	}
	for name := range to {
		if s.to[name] == nil {
			s.to[name] = map[id]bool{}
		}
		s.to[name][i] = true
	}
	if news {
		s.tellLocked()
	}
}

// remember has a cluster be remembered until a time at the least.
func (s *sent) remember(name federation.ClusterName, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.to, s.until = map[federation.ClusterName]map[id]bool{}, map[federation.ClusterName]time.Time{}
	}
	s.until[name] = latest(s.until[name], until)
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

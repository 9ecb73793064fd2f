package push

import (
	"time"

	"github.com/fedrail/fedrail/propagation"
)

// mostBlind is how long after a try in vain another is made at the latest, where
// the member allows no vigil.
const mostBlind = 10 * time.Second

// scouts try in the place of all that wait for a name, while the member allows no
// vigil: one of them at a time, more and more seldom. The lock is the vigil's.
type scouts struct {
	limited bool            // else each that waits tries for itself
	out     bool            // the member allows no vigil
	vain    map[string]vain // by the name that was tried for
}

// vain are the tries for one name.
type vain struct {
	first, last time.Time
	leaving     bool // it is there yet, and about to go
}

// next is when another try for a name is due; 0 leaves that to the back-off.
func (s *scouts) next(name string) time.Duration {
	if !s.limited {
		return 0
	}
	return max(s.rest(name), unsettled)
}

// rest is how long nobody is to try for a name.
func (s *scouts) rest(name string) time.Duration {
	v, tried := s.vain[name]
	if !s.out || !tried {
		return 0
	}
	pause := min(max(v.last.Sub(v.first), unsettled), mostBlind)
	return max(pause-time.Since(v.last), 0)
}

// goes says whether whoever asks is to try for a name.
func (s *scouts) goes(name string) bool {
	if s.rest(name) > 0 {
		return false
	}
	if v, tried := s.vain[name]; tried && s.out {
		v.last = time.Now() // nobody else is to, meanwhile
		s.vain[name] = v
	}
	return true
}

// end calls them back: there is a vigil.
func (s *scouts) end() {
	s.out = false
	clear(s.vain)
}

// lacks says whether the name is not there, as far as is known: then there is no
// sense in a try. It costs no request.
func (v *vigil) lacks(name string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.listed {
		return !v.seen[name]
	}
	return !v.scouts.goes(name)
}

// leaves says of a name that is lacking whether it is there yet, and about to go.
func (v *vigil) leaves(name string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.listed {
		good, there := v.seen[name]
		return there && !good
	}
	return v.scouts.vain[name].leaving
}

// blind says whether the member allows no vigil.
func (v *vigil) blind() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.scouts.out
}

// missed notes that a try for a name was in vain.
func (v *vigil) missed(name string, leaving bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now, before := time.Now(), v.scouts.vain[name]
	if before.first.IsZero() {
		before.first = now
	}
	v.scouts.vain[name] = vain{first: before.first, last: now, leaving: leaving}
}

// found ends the waiting of a key for a name, which is there. Others that wait
// for it need no vigil to go on.
func (v *vigil) found(name string, key propagation.Key) {
	v.forget(name, key)
	v.mu.Lock()
	_, tried := v.scouts.vain[name]
	delete(v.scouts.vain, name)
	v.mu.Unlock()
	if tried {
		v.tell(func(other string) bool { return other == name })
	}
}

package push

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// A fight is a field that is taken and set back again and again. The first
// corrections are made at once; then each waits twice as long as the one before.
const (
	fightAfter   = 3               // corrections without quiet make a fight
	firstPause   = time.Second     // after the second correction
	longestPause = time.Minute     // whatever their number
	shortQuiet   = 5 * time.Second // the least time of peace that ends a fight
)

// fight is what is known of one: the zero fight is peace.
type fight struct {
	over  string // the fields
	by    []propagation.Taken
	times int
	last  time.Time // when they were last set back
}

// pause is how long the next correction waits after the last.
func (f fight) pause() time.Duration {
	if f.times < 2 {
		return 0
	}
	return min(firstPause<<min(f.times-2, 10), longestPause)
}

// quiet is how long nothing has to happen until the fight is over.
func (f fight) quiet() time.Duration { return max(3*f.pause(), shortQuiet) }

func (f fight) isOver(now time.Time) bool { return now.Sub(f.last) > f.quiet() }

// next is the fight after those fields were set back at that time.
func (f fight) next(taken []propagation.Taken, now time.Time) fight {
	over := fieldsOf(taken)
	if f.over != over || f.isOver(now) {
		f = fight{over: over}
	}
	f.by, f.times, f.last = taken, f.times+1, now
	return f
}

// problem tells of a fight, and when to look again.
func (f fight) problem(after time.Duration) error {
	p := propagation.Problemf(status.FieldConflict, propagation.RetryLater,
		"fields of the copy are set back and taken again and again: %s; have one side leave them alone, or retain them in the member; the next correction waits up to %v",
		propagation.Describe(f.by), longestPause)
	p.After = after
	return p
}

func fieldsOf(taken []propagation.Taken) string {
	names := make([]string, len(taken))
	for i, t := range taken {
		names[i] = t.Field
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

// fights are those in one member. It is safe for concurrent use.
type fights struct {
	mu    sync.Mutex
	byKey map[propagation.Key]fight
}

// rest returns the Problem that it is too early to set those fields back again,
// or nil.
func (s *fights) rest(key propagation.Key, taken []propagation.Taken) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.byKey[key]
	wait := f.pause() - time.Since(f.last)
	if !known || f.over != fieldsOf(taken) || wait <= 0 {
		return nil
	}
	return f.problem(wait)
}

// count takes over what was set back. In a fight the outcome is its Problem.
func (s *fights) count(key propagation.Key, out propagation.Outcome) (propagation.Outcome, error) {
	if len(out.Regained) == 0 {
		return out, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[propagation.Key]fight{}
	}
	f := s.byKey[key].next(out.Regained, time.Now())
	s.byKey[key] = f
	if f.times >= fightAfter {
		return propagation.Outcome{}, f.problem(f.quiet())
	}
	return out, nil
}

// over is the outcome where nothing was taken: the same, once a fight is over.
func (s *fights) over(key propagation.Key, out propagation.Outcome) (propagation.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.byKey[key]
	switch {
	case !known:
	case f.isOver(time.Now()):
		delete(s.byKey, key)
	case f.times >= fightAfter:
		return propagation.Outcome{}, f.problem(f.quiet() - time.Since(f.last))
	}
	return out, nil
}

// forget forgets the fight over a copy that is told to go, or tried again at once.
func (s *fights) forget(key propagation.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byKey, key)
}

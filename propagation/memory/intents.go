package memory

import (
	"context"
	"sync"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Intents are a Source and a Ledger in memory: what a program declares, and how
// it fares. The zero Intents are ready for use, and safe for concurrent use.
type Intents struct {
	mu      sync.Mutex
	byKey   map[propagation.Key]propagation.Intent
	changed func(propagation.Key) // of the Watch that runs, or nil
	news    chan struct{}         // closed and replaced at each write
}

var (
	_ propagation.Source = (*Intents)(nil)
	_ propagation.Ledger = (*Intents)(nil)
)

// Declare says what should be where, in place of what was said of that key
// before. Generation, Held and Reported are kept here and need not be set.
func (s *Intents) Declare(in propagation.Intent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.byKey[in.Key]
	in.Generation, in.Held, in.Reported = before.Generation+1, before.Held, before.Reported
	s.putLocked(in)
}

// Withdraw says that no cluster should hold the object any more. What was never
// held by a Ledger goes at once, the rest when no copy is left. To withdraw what
// is not there changes nothing.
func (s *Intents) Withdraw(key propagation.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, declared := s.byKey[key]
	switch {
	case !declared:
	case !in.Held:
		s.dropLocked(key)
	default:
		in.Deleting = true
		in.Generation++
		s.putLocked(in)
	}
}

// Await waits until what was last reported of a key is enough, or until ctx
// ends, whose error it then returns. Nothing was reported of what is not
// declared, or gone: then enough gets the zero Summary.
func (s *Intents) Await(ctx context.Context, key propagation.Key, enough func(status.Summary) bool) error {
	for {
		s.mu.Lock()
		reported, news := s.byKey[key].Reported, s.newsLocked()
		s.mu.Unlock()
		if enough(reported) {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Get implements [propagation.Source].
func (s *Intents) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, declared := s.byKey[key]
	return in, declared, nil
}

// Watch implements [propagation.Source]. One Watch runs at a time.
func (s *Intents) Watch(ctx context.Context, changed func(propagation.Key)) error {
	s.mu.Lock()
	s.changed = changed
	for key := range s.byKey {
		changed(key)
	}
	s.mu.Unlock()
	<-ctx.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = nil
	return nil
}

// Hold implements [propagation.Ledger].
func (s *Intents) Hold(_ context.Context, in propagation.Intent) error {
	if !s.edit(in.Key, func(in *propagation.Intent) { in.Held = true }) {
		return propagation.ErrGone
	}
	return nil
}

// Report implements [propagation.Ledger].
func (s *Intents) Report(_ context.Context, in propagation.Intent, summary status.Summary) error {
	s.edit(in.Key, func(in *propagation.Intent) { in.Reported = summary })
	return nil
}

// Release implements [propagation.Ledger].
func (s *Intents) Release(_ context.Context, in propagation.Intent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropLocked(in.Key)
	return nil
}

// edit changes what this package keeps of an intent, which nobody has to look
// at again, and says whether there is one.
func (s *Intents) edit(key propagation.Key, change func(*propagation.Intent)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, declared := s.byKey[key]
	if declared {
		change(&in)
		s.byKey[key] = in
		s.tellLocked()
	}
	return declared
}

func (s *Intents) putLocked(in propagation.Intent) {
	if s.byKey == nil {
		s.byKey = map[propagation.Key]propagation.Intent{}
	}
	s.byKey[in.Key] = in
	s.lookLocked(in.Key)
}

func (s *Intents) dropLocked(key propagation.Key) {
	delete(s.byKey, key)
	s.lookLocked(key)
}

func (s *Intents) lookLocked(key propagation.Key) {
	if s.changed != nil {
		s.changed(key)
	}
	s.tellLocked()
}

func (s *Intents) tellLocked() {
	close(s.newsLocked())
	s.news = nil
}

func (s *Intents) newsLocked() chan struct{} {
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return s.news
}

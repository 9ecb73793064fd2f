package follow

import (
	"context"
	"fmt"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// follows says whether an intent is of an object that follows.
func (s *Followed) follows(in propagation.Intent) bool { return in.Parent == s.parentOf(in.Key) }

// Hold implements [propagation.Ledger]. The host's object may go at any time:
// its copies are found by their parent.
func (s *Followed) Hold(ctx context.Context, in propagation.Intent) error {
	if s.follows(in) {
		return nil
	}
	return s.Declared.Hold(ctx, in)
}

// Report implements [propagation.Ledger]. What follows has no status.
func (s *Followed) Report(ctx context.Context, in propagation.Intent, summary status.Summary) error {
	if s.follows(in) {
		return nil
	}
	return s.Declared.Report(ctx, in, summary)
}

// Release implements [propagation.Ledger].
func (s *Followed) Release(ctx context.Context, in propagation.Intent) error {
	if s.follows(in) {
		return nil
	}
	return s.Declared.Release(ctx, in)
}

// Record implements [propagation.Recorder]. Events about what follows go to those
// who refer to it.
func (s *Followed) Record(in propagation.Intent, e propagation.Event) {
	if !s.follows(in) {
		if recorder, ok := s.Declared.(propagation.Recorder); ok {
			recorder.Record(in, e)
		}
		return
	}
	e.Message = fmt.Sprintf("%s %s, which follows: %s", s.Type.Kind, in.Key.Name, e.Message)
	for who, recorder := range s.following.recorders(target{of: s.Type, key: in.Key}) {
		recorder.Record(propagation.Intent{Key: who.key}, e)
	}
}

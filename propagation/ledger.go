package propagation

import (
	"context"
	"errors"

	"github.com/fedrail/fedrail/status"
)

// Ledger is what the Controller writes back to the host. Its methods are
// idempotent and may be called concurrently, though never for one key at a
// time. A conflict with another writer is an error like others: the Controller
// asks again.
//
// The intents that it is given are as the Source told them, but for Reported,
// which they may lack.
type Ledger interface {
	// Hold makes sure that the declaration does not vanish before its copies
	// do (a finalizer). It is called before the first write to a member, and
	// answers ErrGone when there is nothing to hold any more: then no member is
	// written to.
	Hold(ctx context.Context, intent Intent) error
	// Report records how the object fares. It is called only with a summary
	// that differs from the last one.
	Report(ctx context.Context, intent Intent, s status.Summary) error
	// Release lets the declaration go: no copy is left. A declaration that is
	// gone already is no error.
	Release(ctx context.Context, intent Intent) error
}

// ErrGone is the answer of [Ledger.Hold] when the declaration is gone, or is
// another one by now. Watch tells of that.
var ErrGone = errors.New("it is gone")

// A Recorder is a [Ledger] that tells people about transitions too.
type Recorder interface {
	// Record tells of one transition into trouble or out of it. It does not
	// block and cannot fail: an event is a courtesy.
	Record(intent Intent, event Event)
}

// Event is one transition, for people.
type Event struct {
	Type    string // corev1.EventTypeNormal or EventTypeWarning
	Reason  string // one CamelCase word
	Message string
}

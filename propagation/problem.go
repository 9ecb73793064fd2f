package propagation

import (
	"fmt"
	"time"

	"github.com/fedrail/fedrail/status"
)

// Problem is an error that says how an object fares in a cluster.
type Problem struct {
	State status.State
	Retry Retry
	// After is when to ask again, for RetryLater; 0 leaves it to the back-off.
	After time.Duration
	// Pressed says that the cluster has more to do than it can, or gave no
	// answer: it is asked less at a time.
	Pressed bool
	// Passing says that the reason lies with the cluster, not with the object:
	// when something else can be done there again, this is tried at once too.
	Passing bool
	// Lacking says that the cluster is known to hold no copy. A State that tells
	// nothing of the copy, such as CachedRetrievalFailed, otherwise leaves it to
	// count as it was last seen.
	Lacking bool
	Err     error
}

// Retry says what would help against a [Problem].
type Retry string

// The ways to go on.
const (
	RetryLater    Retry = ""         // ask again after a back-off
	RetryOnChange Retry = "OnChange" // wait: a change of the intent, or one told by the Observer
)

// Problemf makes a Problem, its error formatted as fmt.Errorf does.
func Problemf(state status.State, retry Retry, format string, args ...any) *Problem {
	return &Problem{State: state, Retry: retry, Err: fmt.Errorf(format, args...)}
}

// Error is the cause's.
func (p *Problem) Error() string { return p.Err.Error() }

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Err }

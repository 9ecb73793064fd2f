// Package health decides whether a member of a federation is well. [State] is
// the arithmetic: which of many probe results count. [Target] asks a member.
// [Monitor] does both again and again, for one member, until it is told to stop.
package health

// Result is the outcome of one probe. Results may be compared: two probes that
// found the same are equal.
type Result struct {
	// OK says that the member is well. Then Reachable is true and Message empty.
	OK bool
	// Reachable says that an API server answered, well or not.
	Reachable bool
	// Message tells people what is wrong and what to change.
	Message string
}

// Well is the result of a probe that found nothing wrong.
func Well() Result { return Result{OK: true, Reachable: true} }

// Thresholds say how many results in a row it takes to change a mind. Both are
// at least 1.
type Thresholds struct {
	Failure int // failures in a row before a member is no longer ready
	Success int // successes in a row before it is ready again
}

// State is what the probes of one member amount to. The zero State has not seen
// any; its first result counts at once, whatever the thresholds say.
type State struct {
	// Known says that Current comes from a probe, of this process or an earlier
	// one.
	Known bool
	// Current is the result that counts.
	Current Result

	contrary Result // the last result that says otherwise
	streak   int    // how many such came in a row
}

// Recorded is the state of a member about which r was written down earlier.
func Recorded(r Result) State { return State{Known: true, Current: r} }

// Next returns the state after one more result. A member that is ready stays so
// until Failure results in a row say otherwise, whatever they say; one that is
// not ready stays so until Success results in a row are good. Another reason for
// not being ready counts when it came Failure times in a row, so that a message
// does not flicker.
func (s State) Next(r Result, t Thresholds) State {
	if !s.Known || r == s.Current {
		return Recorded(r)
	}
	next := State{Known: true, Current: s.Current, contrary: r, streak: 1}
	if s.streak > 0 && (s.Current.OK || r == s.contrary) {
		next.streak = s.streak + 1
	}
	if next.streak >= t.needed(r) {
		return Recorded(r)
	}
	return next
}

func (t Thresholds) needed(r Result) int {
	if r.OK {
		return t.Success
	}
	return t.Failure
}

package propagation

import (
	"context"
	"errors"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// finding is how a job went.
type finding struct {
	action   Action
	regained int // fields
	phase    phase
	absent   bool
	blind    bool // nothing was learned of the copy
	effort   effort
	passing  bool // the reason lies with the cluster
	silent   bool // the cluster could not be reached, or its copies not be seen
	awaits   bool // it was not tried yet, for what it needs is about to come
	seen     status.Observation
	retry    error // why to try again after a back-off; nil when not to
}

func notReady(member federation.Cluster, hold bool) *Problem {
	state := status.ClusterNotReady
	if !hold {
		state = status.WaitingForRemoval
	}
	reason := member.Message
	if reason == "" {
		reason = "no reason known"
	}
	return Problemf(state, RetryOnChange, "the cluster is not ready (%s); it is brought up to date when it returns", reason)
}

func blockedBy(name federation.ClusterName, p *Problem) finding {
	return finding{phase: blocked, blind: blind(p.State) && !p.Lacking,
		seen: status.Observation{Cluster: name, State: p.State, Message: p.Error()}}
}

// failed judges an error of the Propagator; state and late are for one that
// says nothing of itself.
func failed(name federation.ClusterName, err error, state, late status.State) finding {
	problem, explains := errors.AsType[*Problem](err)
	switch {
	case explains:
	case errors.Is(err, context.DeadlineExceeded):
		problem = Problemf(late, RetryLater, "no answer in time; it is tried again: %w", err)
		problem.Pressed = true
	default:
		problem = Problemf(state, RetryLater, "%w", err)
	}
	f := blockedBy(name, problem)
	f.passing = problem.Passing || problem.Pressed
	if problem.Pressed {
		f.effort = pressed
	}
	switch {
	case problem.Retry == RetryLater:
		f.phase, f.retry = open, err
	case f.blind, problem.State == status.WaitingForKind:
		f.phase = open // it will be seen soon, or the report's patience ends
	}
	f.silent = f.blind || problem.State == late
	return f
}

// blind says of a state that it tells nothing about the copy, only that it
// cannot be seen now.
func blind(s status.State) bool {
	return s == status.ClusterNotReady || s == status.CachedRetrievalFailed || s == status.ClientRetrievalFailed
}

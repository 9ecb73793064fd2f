package propagation

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// unrolled is what a rollout waits for, in the words of the condition Ready.
func unrolled(d rollout.Decision) status.Problem {
	reasons := map[rollout.State]string{
		rollout.InProgress: status.RolloutInProgress,
		rollout.Paused:     status.RolloutPaused,
		rollout.Stopped:    status.RolloutStopped,
	}
	return status.Problem{Reason: reasons[d.State], Message: d.Message}
}

// rolloutCompleted is the reason of the event at the end of a rollout.
const rolloutCompleted = "RolloutCompleted"

// tellRollout records an event when a rollout begins, is paused, stops, goes on
// or ends; the steps between are in the status.
func tellRollout(recorder Recorder, in Intent, before, now status.Summary) {
	was, is := rolloutOf(before), rolloutOf(now)
	event := Event{Type: corev1.EventTypeNormal, Reason: is.Reason, Message: is.Message}
	switch {
	case was.Reason == is.Reason:
		return
	case is.Reason == "" && isEverywhere(now):
		event.Reason, event.Message = rolloutCompleted, "the change has reached every cluster"
	case is.Reason == "":
		return
	case is.Reason == status.RolloutStopped:
		event.Type = corev1.EventTypeWarning
	}
	recorder.Record(in, event)
}

// rolloutOf is what a summary says a rollout waits for.
func rolloutOf(s status.Summary) status.Problem {
	for _, c := range s.Conditions {
		if c.Type == status.Ready && isRollout(c.Reason) {
			return status.Problem{Reason: c.Reason, Message: c.Message}
		}
	}
	return status.Problem{}
}

// isEverywhere says that every cluster holds what it should, however that fares.
func isEverywhere(s status.Summary) bool {
	for _, c := range s.Conditions {
		if c.Type == status.Ready {
			return c.Status == "True" || isHealth(c.Reason)
		}
	}
	return false
}

func isRollout(reason string) bool {
	return reason == status.RolloutInProgress || reason == status.RolloutPaused || reason == status.RolloutStopped
}

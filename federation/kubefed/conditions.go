package kubefed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/internal/health"
)

// What KubeFed says in the conditions of a cluster. What is known beyond it
// follows after a colon.
const (
	saidOK          = "/healthz responded with ok"
	saidNotOK       = "/healthz responded without ok"
	saidReachable   = "cluster is reachable"
	saidUnreachable = "cluster is not reachable"
)

// conditions puts a probe's result in KubeFed's words. Times are not set.
func conditions(r health.Result) []corev1beta1.ClusterCondition {
	offline := corev1beta1.ClusterCondition{
		Type: corev1beta1.ClusterOffline, Status: metav1.ConditionFalse,
		Reason: corev1beta1.ReasonClusterReachable, Message: saidReachable,
	}
	switch {
	case r.OK:
		return []corev1beta1.ClusterCondition{{
			Type: corev1beta1.ClusterReady, Status: metav1.ConditionTrue,
			Reason: corev1beta1.ReasonClusterReady, Message: saidOK,
		}}
	case r.Reachable:
		return []corev1beta1.ClusterCondition{{
			Type: corev1beta1.ClusterReady, Status: metav1.ConditionFalse,
			Reason: corev1beta1.ReasonClusterNotReady, Message: saidNotOK + ": " + r.Message,
		}, offline}
	default:
		offline.Status = metav1.ConditionTrue
		offline.Reason, offline.Message = corev1beta1.ReasonClusterNotReachable, saidUnreachable+": "+r.Message
		return []corev1beta1.ClusterCondition{offline}
	}
}

// malformed is the condition of a cluster of which no client can be made.
func malformed(message string) []corev1beta1.ClusterCondition {
	return []corev1beta1.ClusterCondition{{
		Type: corev1beta1.ClusterConfigMalformed, Status: metav1.ConditionTrue,
		Reason: corev1beta1.ReasonClusterConfigMalformed, Message: message,
	}}
}

// recorded is the state that conditions speak of, ours or those KubeFed wrote.
func recorded(conditions []corev1beta1.ClusterCondition) health.State {
	state := health.State{}
	for _, c := range conditions {
		switch {
		case c.Type == corev1beta1.ClusterReady && c.Status == metav1.ConditionTrue:
			return health.Recorded(health.Well())
		case c.Type == corev1beta1.ClusterReady && c.Status == metav1.ConditionFalse:
			return health.Recorded(health.Result{Reachable: true, Message: beyond(c.Message, saidNotOK)})
		case c.Type == corev1beta1.ClusterOffline && c.Status == metav1.ConditionTrue:
			state = health.Recorded(health.Result{Message: beyond(c.Message, saidUnreachable)})
		}
	}
	return state
}

// turned is when the state that conditions speak of began; zero when they do not
// say.
func turned(conditions []corev1beta1.ClusterCondition) time.Time {
	for _, c := range conditions {
		ready := c.Type == corev1beta1.ClusterReady && c.Status != metav1.ConditionUnknown
		if ready || c.Type != corev1beta1.ClusterReady && c.Status == metav1.ConditionTrue {
			return c.LastTransitionTime.Time
		}
	}
	return time.Time{}
}

func beyond(message, said string) string { return strings.TrimPrefix(message, said+": ") }

// stamped gives conditions their times. One whose status is that of before keeps
// the time of its last transition.
func stamped(conditions, before []corev1beta1.ClusterCondition, now metav1.Time) []corev1beta1.ClusterCondition {
	stamped := slices.Clone(conditions)
	for i := range stamped {
		stamped[i].LastProbeTime, stamped[i].LastTransitionTime = now, now
		for _, b := range before {
			if b.Type == stamped[i].Type && b.Status == stamped[i].Status && !b.LastTransitionTime.IsZero() {
				stamped[i].LastTransitionTime = b.LastTransitionTime
			}
		}
	}
	return stamped
}

// sameConditions compares all but the times: that a cluster was probed once more
// is no news.
func sameConditions(a, b []corev1beta1.ClusterCondition) bool {
	return slices.Equal(withoutTimes(a), withoutTimes(b))
}

func withoutTimes(conditions []corev1beta1.ClusterCondition) []corev1beta1.ClusterCondition {
	bare := slices.Clone(conditions)
	for i := range bare {
		bare[i].LastProbeTime, bare[i].LastTransitionTime = metav1.Time{}, metav1.Time{}
	}
	slices.SortFunc(bare, func(a, b corev1beta1.ClusterCondition) int { return cmp.Compare(a.Type, b.Type) })
	return bare
}

// event is what is told about a cluster when it gets into trouble or out of it.
// Type is empty when there is nothing to tell.
type event struct {
	Type, Reason, Message string
}

// transition compares the conditions of before and after. A cluster that is
// well from its first probe on is not worth an event, nor is another reason for
// the same trouble.
func transition(before, after []corev1beta1.ClusterCondition) event {
	was, is := trouble(before), trouble(after)
	switch {
	case is.Reason == was.Reason && (is.Reason != corev1beta1.EventMalformedClusterConfig || is.Message == was.Message):
		return event{}
	case is.Reason != "":
		return is
	case len(after) > 0:
		return event{Type: corev1.EventTypeNormal, Reason: corev1beta1.ReasonClusterReady, Message: "the cluster is ready again"}
	}
	return event{}
}

func trouble(conditions []corev1beta1.ClusterCondition) event {
	for _, c := range conditions {
		switch {
		case c.Type == corev1beta1.ClusterConfigMalformed && c.Status == metav1.ConditionTrue:
			return event{corev1.EventTypeWarning, corev1beta1.EventMalformedClusterConfig, c.Message}
		case c.Type == corev1beta1.ClusterOffline && c.Status == metav1.ConditionTrue,
			c.Type == corev1beta1.ClusterReady && c.Status == metav1.ConditionFalse:
			return event{corev1.EventTypeWarning, c.Reason, c.Message}
		}
	}
	return event{}
}

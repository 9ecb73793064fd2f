package preference

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling/failover"
)

// event is news of a preference.
type event struct{ kind, reason, message string }

// report sends the events of what has changed in the status of a preference.
func (c *Controller) report(p *v1alpha1.ReplicaSchedulingPreference, now v1alpha1.ReplicaSchedulingPreferenceStatus) {
	if c.Events == nil {
		return
	}
	for _, e := range news(p.Status, now) {
		c.Events.Event(p, e.kind, e.reason, e.message)
	}
}

// news are what comes into trouble between two statuses, or out of it.
func news(before, now v1alpha1.ReplicaSchedulingPreferenceStatus) []event {
	var all []event
	was, is := meta.FindStatusCondition(before.Conditions, v1alpha1.Scheduled), meta.FindStatusCondition(now.Conditions, v1alpha1.Scheduled)
	switch bad := was != nil && was.Status == "False"; {
	case is.Status == "False" && (!bad || was.Reason != is.Reason):
		all = append(all, event{corev1.EventTypeWarning, is.Reason, is.Message})
	case is.Status == "True" && bad:
		all = append(all, event{corev1.EventTypeNormal, is.Reason, is.Message})
	}
	known := map[string]v1alpha1.ClusterShare{}
	for _, c := range before.Clusters {
		known[c.Name] = c
	}
	for _, c := range now.Clusters {
		if e, isNews := newsOf(known[c.Name], c); isNews {
			all = append(all, e)
		}
	}
	return all
}

// newsOf is what has happened in one cluster: replicas are wanted elsewhere, or
// come back.
func newsOf(before, now v1alpha1.ClusterShare) (event, bool) {
	switch leave := before.Given - now.Replicas; {
	case leave > 0 && now.Limit != nil && (before.Limit == nil || before.Limit.Reason != now.Limit.Reason || now.Replicas < before.Replicas):
		return event{corev1.EventTypeWarning, moving(now.Limit.Reason),
			fmt.Sprintf("cluster %s: %d of %d replicas are wanted elsewhere: %s", now.Name, leave, before.Given, now.Message)}, true
	case before.Displaced && !now.Displaced && now.Replicas > 0:
		return event{corev1.EventTypeNormal, "Returned", fmt.Sprintf("cluster %s: it has its replicas again: %s", now.Name, now.Message)}, true
	}
	return event{}, false
}

// moving is the reason for which replicas leave a cluster: Failover where they do
// not work, and Moved where they have no place.
func moving(limit string) string {
	switch failover.Cause(limit) {
	case failover.NotReady, failover.Unhealthy:
		return "Failover"
	}
	return "Moved"
}

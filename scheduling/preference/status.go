package preference

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// status is what is told of an outcome.
func (o outcome) status() v1alpha1.ReplicaSchedulingPreferenceStatus {
	s := v1alpha1.ReplicaSchedulingPreferenceStatus{Clusters: o.shares(), Unplaced: o.Plan.Unplaced}
	for _, f := range o.fields {
		s.Fields = append(s.Fields, f.path)
	}
	for _, c := range s.Clusters {
		s.PlacedReplicas += c.Replicas
		if o.asked(federation.ClusterName(c.Name)).Member.Ready {
			s.ReadyReplicas += c.Ready
		}
	}
	conditions := []metav1.Condition{o.scheduled(), o.settled()}
	if o.retained != "" {
		conditions = append(conditions, isSo(v1alpha1.Retained, v1alpha1.Retained, fmt.Sprintf(
			"%s leaves %s to the clusters once they hold a copy, for an autoscaler or for people: the plan says how a copy begins", o.retained, o.fields[0].path)))
	}
	s.Conditions = conditions
	return complete(s, o.ReplicaSchedulingPreference)
}

// scheduled says whether every replica has a cluster, and which clusters there are
// not.
func (o outcome) scheduled() metav1.Condition {
	c := isSo(v1alpha1.Scheduled, v1alpha1.Scheduled, fmt.Sprintf("all of %d replicas have a cluster", o.Total))
	if o.Plan.Unplaced > 0 {
		c = isNot(v1alpha1.Scheduled, v1alpha1.Unplaced, o.unplaced())
	}
	if len(o.unnamed) > 0 {
		c.Message += fmt.Sprintf("; spec.clusters speaks of clusters that are no members: %s: correct the names, or have them join", listed(o.unnamed))
	}
	return c
}

// settled says whether every cluster is told what is planned for it, and takes it.
func (o outcome) settled() metav1.Condition {
	switch {
	case len(o.refused) > 0:
		return isNot(v1alpha1.Settled, v1alpha1.Refused, listed(o.refused))
	case !o.Settled:
		return isNot(v1alpha1.Settled, v1alpha1.Waiting, cmp.Or(o.waiting(), "some clusters wait for others"))
	}
	return isSo(v1alpha1.Settled, v1alpha1.Settled, "every cluster has been told what is planned for it")
}

// listed are the first few of many.
func listed[T ~string](all []T) string {
	var text strings.Builder
	for i, one := range all {
		switch {
		case i == shown:
			fmt.Fprintf(&text, ", and %d more", len(all)-shown)
			return text.String()
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(string(one))
	}
	return text.String()
}

// status is what is told of a preference in trouble. One that makes no sense
// changes nothing, and what is planned stays.
func (t *trouble) status(p *v1alpha1.ReplicaSchedulingPreference) v1alpha1.ReplicaSchedulingPreferenceStatus {
	var s v1alpha1.ReplicaSchedulingPreferenceStatus
	if t.reason == v1alpha1.InvalidPreference || t.reason == v1alpha1.NotWritten {
		s = *p.Status.DeepCopy()
	}
	s.Fields = p.Status.Fields
	s.Conditions = []metav1.Condition{isNot(v1alpha1.Scheduled, t.reason, t.message)}
	return complete(s, p)
}

// complete fills in what conditions need, with the times of those that have not
// changed.
func complete(s v1alpha1.ReplicaSchedulingPreferenceStatus, p *v1alpha1.ReplicaSchedulingPreference) v1alpha1.ReplicaSchedulingPreferenceStatus {
	s.ObservedGeneration = p.Generation
	s.Conditions = slices.Clone(s.Conditions)
	for i := range s.Conditions {
		c := &s.Conditions[i]
		c.ObservedGeneration, c.LastTransitionTime = p.Generation, second(time.Now())
		if before := meta.FindStatusCondition(p.Status.Conditions, c.Type); before != nil && before.Status == c.Status {
			c.LastTransitionTime = before.LastTransitionTime
		}
	}
	return s
}

func isSo(condition, reason, message string) metav1.Condition {
	return metav1.Condition{Type: condition, Status: metav1.ConditionTrue, Reason: reason, Message: message}
}

func isNot(condition, reason, message string) metav1.Condition {
	return metav1.Condition{Type: condition, Status: metav1.ConditionFalse, Reason: reason, Message: message}
}

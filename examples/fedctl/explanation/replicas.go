package explanation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

// simulate divides the replicas of a subject, and fills in what each cluster gets. What
// cannot be divided stays as it is, and the Division says why.
func (e *Explanation) simulate(ctx context.Context, s subject.Subject, shares map[string]Share, now time.Time) subject.Subject {
	if s.Preference == nil {
		return s
	}
	e.Replicas = divisionOf(s.Preference)
	divided, decided, err := s.Divide(ctx, now)
	if err != nil {
		e.Replicas.Problem = err.Error()
		return s
	}
	e.Replicas.read(decided, shares)
	e.Notes = append(e.Notes, "how replicas fare in the clusters, and what room there is, is in no file: none is taken to be full or to wait for another")
	return divided
}

// recall fills in what a controller has decided on the replicas.
func (e *Explanation) recall(s subject.Subject, shares map[string]Share) {
	p := s.Preference
	if p == nil {
		return
	}
	d := divisionOf(p)
	e.Replicas = d
	if p.Status.ObservedGeneration == 0 {
		d.Problem = "no controller has decided on it yet: is one running, and is the feature SchedulerPreferences enabled?"
		return
	}
	d.Recorded, d.Generation, d.Current = true, p.Status.ObservedGeneration, p.Status.ObservedGeneration == p.Generation
	d.Written = statusWritten(p.ManagedFields)
	d.read(p.Status, shares)
}

func divisionOf(p *v1alpha1.ReplicaSchedulingPreference) *Division {
	planner := p.Spec.Planner
	if planner == "" {
		planner = v1alpha1.PlannerKubeFed
	}
	return &Division{Preference: propagation.KeyOf(p).String(), Planner: string(planner), Total: int64(p.Spec.TotalReplicas)}
}

// read takes over what is decided.
func (d *Division) read(s v1alpha1.ReplicaSchedulingPreferenceStatus, shares map[string]Share) {
	d.Unplaced = s.Unplaced
	for _, condition := range []string{v1alpha1.Settled, v1alpha1.Scheduled} {
		if c := meta.FindStatusCondition(s.Conditions, condition); c != nil && c.Status != "True" {
			d.Problem = c.Reason + ": " + c.Message
		}
	}
	for _, c := range s.Clusters {
		shares[c.Name] = Share{Planned: c.Replicas, Given: c.Given, Ready: c.Ready, Reason: c.Reason, Message: c.Message}
	}
}

// undivided says why clusters may get no replicas at all, whatever the list of clusters
// says that the preference writes. Nil is that no preference divides the object.
func undivided(ctx context.Context, s subject.Subject, now time.Time) map[federation.ClusterName]placement.Reason {
	if s.Preference == nil {
		return nil
	}
	in, spec := s.Intent(), s.Preference.Spec
	in.Placement.Want.Clusters, in.Placement.Want.Tolerations = nil, spec.Tolerations
	if !spec.IntersectWithClusterSelector {
		in.Placement.Want.Selector = &metav1.LabelSelector{}
	}
	p, err := propagation.PreviewOf(ctx, propagation.PreviewRequest{Intent: in, Members: s.Members, Holding: s.Reported(), Now: now})
	if err != nil {
		return nil // the placement itself is told to be wrong
	}
	return p.Decision.Rejected
}

// divide says of a cluster that is not in the list which a preference writes why it is
// not.
func (c *Cluster) divide(why placement.Reason, share Share) {
	switch {
	case c.Reason != string(placement.NotNamed):
	case why.Code != "":
		c.Reason, c.Message = string(why.Code), why.Message
	case share.Message != "":
		c.Reason, c.Message = NoReplicas, "the preference gives the cluster no replicas: "+share.Message
	default:
		c.Reason, c.Message = NoReplicas, "the preference has not given the cluster any replicas"
	}
}

// compareReplicas says when the object has another number for the cluster than the one
// that was decided. Fields are those that the preference divides.
func (c *Cluster) compareReplicas(fields []string, copied *unstructured.Unstructured) {
	if len(fields) == 0 || copied == nil || c.Differs != "" {
		return
	}
	path := strings.Split(strings.TrimPrefix(fields[0], "/"), "/")
	n, found, err := unstructured.NestedInt64(copied.Object, path...)
	if found && err == nil && n != c.Replicas.Given {
		c.Differs = fmt.Sprintf("the decision gives the cluster %d, and the object says %d in %s: somebody changed it, or a controller is about to", c.Replicas.Given, n, fields[0])
	}
}

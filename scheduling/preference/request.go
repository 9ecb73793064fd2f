package preference

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/scheduling"
	"github.com/fedrail/fedrail/scheduling/failover"
	"github.com/fedrail/fedrail/status"
)

// question is what is to be decided, and when to ask again though nothing changes.
type question struct {
	failover.Request
	again   time.Time                         // zero is never
	unknown map[federation.ClusterName]string // what has to be known of a cluster and is not
	refused []string                          // what clusters have against what they are told
	unnamed []federation.ClusterName          // that the preference names, and that are no members
}

// lacks tells what is not known of a cluster, and why.
func (q *question) lacks(cluster federation.ClusterName, what string, why error) {
	if q.unknown == nil {
		q.unknown = map[federation.ClusterName]string{}
	}
	q.unknown[cluster] = what + " is not known: " + why.Error()
}

// by has it asked again at a time, or earlier; the zero time asks for nothing.
func (q *question) by(t time.Time) {
	if !t.IsZero() && (q.again.IsZero() || t.Before(q.again)) {
		q.again = t
	}
}

// errNotSeen says that it is about to be known how the copies fare.
var errNotSeen = errors.New("the copies have not been seen yet")

// ask gathers what is to be decided about a subject. The error is errNotSeen while
// some of it is about to be known.
func (c *Controller) ask(ctx context.Context, s subject, now time.Time) (question, error) {
	q, err := s.question(c.Registry.Snapshot(), now)
	if err != nil {
		return question{}, err
	}
	seen, err := c.observe(s)
	if err != nil {
		return question{}, err
	}
	mind := c.memory.of(s.key())
	mind.keepOnly(s.clusters)
	for i := range q.Clusters {
		one := &q.Clusters[i]
		o := seen.of[one.Member.Name]
		if o.Vitals.Health != "" {
			one.Seen = s.retained == "" // what is the members' own waits for nobody
			one.Exist, one.Ready = s.fare(o.Vitals, given(*one))
		}
		if !seen.behind && refuses(o.State) {
			q.refused = append(q.refused, fmt.Sprintf("%s: %s: %s", one.Member.Name, o.State, o.Message))
		}
		one.Stale = q.awaits(since(mind.unseen, one.Member.Name, now, func() bool { return seen.lack(*one, o) }))
	}
	return q, c.examine(ctx, s, &q)
}

// question is what the host says about a subject, without how its copies fare.
func (s subject) question(members federation.ClusterSet, now time.Time) (question, error) {
	total := s.fields[0].total
	policy, err := policyOf(s.Spec, total)
	if err != nil {
		return question{}, err
	}
	q := question{unnamed: strangers(s.Spec, members), Request: failover.Request{
		Now: now, Key: s.key().String(), Total: total, Rebalance: s.Spec.Rebalance, Policy: policy,
		Tolerations: s.Spec.Tolerations, Before: recordsOf(s.Status),
	}}
	wants, told := preferencesOf(s.Spec), s.told(s.fields[0].path)
	for _, member := range s.clusters {
		one := failover.Cluster{Member: member, Want: wants.For(member.Name), Cost: costIn(s.Spec, member.Name)}
		if n, was := told[member.Name]; was || len(told) > 0 && !s.mayBeIn(member.Name) {
			one.Given = &n // none where others were told and the cluster is left out, though a copy may be there still
		}
		q.Clusters = append(q.Clusters, one)
	}
	return q, nil
}

// given is what a cluster was told to have; 0 when it was told nothing.
func given(c failover.Cluster) int64 {
	if c.Given == nil {
		return 0
	}
	return *c.Given
}

// refuses says of a state that the cluster, or what is said of it, does not let the
// object be what it is told to be.
func refuses(s status.State) bool {
	switch s {
	case status.CreationFailed, status.UpdateFailed, status.ApplyOverridesFailed, status.ComputeResourceFailed, status.FieldConflict, status.AlreadyExists:
		return true
	}
	return false
}

// strangers are the clusters that a preference names and that are no members, in
// name order.
func strangers(p v1alpha1.ReplicaSchedulingPreferenceSpec, members federation.ClusterSet) []federation.ClusterName {
	var all []federation.ClusterName
	for _, name := range slices.Sorted(maps.Keys(p.Clusters)) {
		one := federation.ClusterName(name)
		if _, member := members.Get(one); !member && one != scheduling.Others {
			all = append(all, one)
		}
	}
	return all
}

// unseenWithin is how long to wait for a copy to be seen in a cluster that is ready
// before nobody is taken to see it.
const unseenWithin = 30 * time.Second

// awaits says of a copy that has to be seen since then whether that is still waited
// for; the zero time is that it is seen.
func (q *question) awaits(unseen time.Time) bool {
	due := unseen.Add(unseenWithin)
	if unseen.IsZero() || !q.Now.Before(due) {
		return false
	}
	q.by(due)
	return true
}

// sightings are how copies fare.
type sightings struct {
	of      map[federation.ClusterName]status.Observation
	awaited bool // those that have not been seen are about to be
	behind  bool // the clusters are not being made to hold what is declared now
}

// lack says whether a copy is about to be seen as the cluster was told to have it.
// What a report before the start has, and nobody has seen since, speaks of a
// generation and has none.
func (s sightings) lack(c failover.Cluster, o status.Observation) bool {
	placed := o.Vitals.Health != "" || c.Given != nil && *c.Given > 0
	if !s.awaited || !c.Member.Ready || !placed {
		return false
	}
	return s.behind || o.State != status.OK || o.Vitals.Health == "" || isOlder(o.Vitals)
}

// isOlder says of a copy that the numbers of its status are of an earlier spec:
// none can have more replicas that are ready than it asks for.
func isOlder(v status.Vitals) bool {
	wanted, says := count(v, "replicas")
	return v.Observed != 0 && v.Observed != v.Generation || says && v.Count("readyReplicas") > wanted
}

// observe is how the copies fare, as far as that is known. It is not yet when an
// object that is carried has not been looked at since the controller started.
func (c *Controller) observe(s subject) (sightings, error) {
	seen := sightings{of: map[federation.ClusterName]status.Observation{}}
	if c.Copies == nil || s.config.Spec.Health.Collection != corev1beta1.Enabled {
		return seen, nil
	}
	picture, known := c.Copies.Look(s.target(), s.key())
	known = known && picture.Parent == s.object.GetUID()
	if !known && s.isHeld() && s.config.Status.PropagationController == corev1beta1.Running {
		return seen, errNotSeen
	}
	seen.awaited = s.retained == "" && (known || s.isHeld())
	if known {
		seen.behind = picture.Generation != 0 && picture.Generation != s.object.GetGeneration()
		for _, o := range picture.Clusters {
			seen.of[o.Cluster] = o
		}
	}
	return seen, nil
}

// isHeld says of a federated object that it was carried before.
func (d declared) isHeld() bool {
	return slices.Contains(d.object.GetFinalizers(), federatedkind.Finalizer)
}

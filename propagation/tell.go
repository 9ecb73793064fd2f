package propagation

import (
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// change is what was reported, and what is now.
type change struct{ before, now status.Summary }

// of is the cluster's observation before; the zero Observation when there was
// none.
func (ch change) of(name federation.ClusterName) status.Observation {
	i := slices.IndexFunc(ch.before.Clusters, func(s status.Observation) bool { return s.Cluster == name })
	if i < 0 {
		return status.Observation{}
	}
	return ch.before.Clusters[i]
}

// tell records an event for each cluster that came into trouble or out of it,
// one for the placement, and one for what does not follow. A cluster that is not
// ready has its own. What there is no room for now is told later, if it is still
// news then.
func (c *Controller) tell(o *object, in Intent, ch change) {
	recorder, ok := c.Ledger.(Recorder)
	if !ok {
		return
	}
	o.tellOnlyOf(ch.now)
	for _, s := range ch.now.Clusters {
		e, wait := o.say(ch.of(s.Cluster), s, time.Now())
		if e.Type != "" {
			recorder.Record(in, e)
		}
		if wait > 0 {
			c.reports.AddAfter(in.Key, wait)
		}
	}
	tellSuspended(recorder, in, ch)
	tellRollout(recorder, in, ch.before, ch.now)
	for _, troubleOf := range []func(status.Summary) status.Problem{placementTrouble, dependencyTrouble} {
		if p, old := troubleOf(ch.now), troubleOf(ch.before); p.Message != "" && p != old {
			recorder.Record(in, Event{Type: corev1.EventTypeWarning, Reason: p.Reason, Message: p.Message})
		}
	}
}

// transition is the event of a cluster whose observation was another before; the
// zero Event when that is not worth one.
func transition(old, s status.Observation) Event {
	switch {
	case trouble(s.State) && (old.State != s.State || old.Message != s.Message && !silence(s.State)):
		return Event{Type: corev1.EventTypeWarning, Reason: string(s.State), Message: fmt.Sprintf("cluster %s: %s", s.Cluster, s.Message)}
	case s.State == status.OK && s.Message != "" && old.Message != s.Message:
		return Event{Type: corev1.EventTypeNormal, Reason: "FieldsYielded", Message: fmt.Sprintf("cluster %s: %s", s.Cluster, s.Message)}
	case trouble(old.State) && s.State == status.OK:
		return Event{Type: corev1.EventTypeNormal, Reason: "Recovered",
			Message: fmt.Sprintf("cluster %s holds the object as it should again", s.Cluster)}
	}
	return Event{}
}

const (
	// toldAtOnce is how many transitions of one object in one cluster are told as
	// they come.
	toldAtOnce = 4
	// toldEvery is when there is room for one more. By then a cluster that flaps
	// may be as it was last told to be, and there is nothing to tell.
	toldEvery = 30 * time.Second
)

// telling is how much was told of one object in one cluster.
type telling struct {
	room int
	at   time.Time           // when room was last made
	owed *status.Observation // as it was last told to be, when that is not so any more
}

// say returns the event to record of a cluster now, and how long to wait with one
// for which there is no room.
func (o *object) say(old, s status.Observation, now time.Time) (Event, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, known := o.told[s.Cluster]
	if t.owed != nil {
		old, t.owed = *t.owed, nil
	}
	e := transition(old, s)
	if e.Type == "" && !known {
		return e, 0 // most objects, most of the time
	}
	wait := time.Duration(0)
	if e.Type != "" && !t.hasRoom(now) {
		e, t.owed, wait = Event{}, &old, t.at.Add(toldEvery).Sub(now)
	}
	if e.Type != "" {
		t.room--
	}
	if o.told == nil {
		o.told = map[federation.ClusterName]telling{}
	}
	o.told[s.Cluster] = t
	return e, wait
}

func (t *telling) hasRoom(now time.Time) bool {
	if n := now.Sub(t.at) / toldEvery; n > 0 {
		t.room, t.at = min(toldAtOnce, t.room+int(min(n, toldAtOnce))), now
	}
	return t.room > 0
}

// tellOnlyOf forgets what was told of clusters that are not reported any more.
func (o *object) tellOnlyOf(s status.Summary) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.told, func(name federation.ClusterName, _ telling) bool {
		return !slices.ContainsFunc(s.Clusters, func(c status.Observation) bool { return c.Cluster == name })
	})
}

// owes says whether there was no room for something that was to be told.
func (o *object) owes() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.told {
		if t.owed != nil {
			return true
		}
	}
	return false
}

// silence says of a state that there was no answer: why exactly is no news.
func silence(s status.State) bool {
	return s == status.CreationTimedOut || s == status.UpdateTimedOut || s == status.DeletionTimedOut || s == status.LabelRemovalTimedOut
}

// trouble says of a state that somebody should look at the object because of
// it: waiting for a cluster, which has events of its own, or for a deletion is
// no trouble.
func trouble(s status.State) bool {
	switch s {
	case status.OK, status.WaitingForRemoval, status.ClusterNotReady, status.WaitingForRollout, status.WaitingForHealth, status.WaitingForResume:
		return false
	}
	return true
}

// placementTrouble is the reason why the object is not Ready, when that is not
// one of its clusters, nor how its copies fare, nor that it is suspended.
func placementTrouble(s status.Summary) status.Problem {
	for _, condition := range s.Conditions {
		if condition.Type == status.Ready && condition.Status == "False" && condition.Reason != status.CheckClusters &&
			condition.Reason != Suspended && !isRollout(condition.Reason) && !isHealth(condition.Reason) {
			return status.Problem{Reason: condition.Reason, Message: condition.Message}
		}
	}
	return status.Problem{}
}

// isHealth says that a reason is how the copies fare.
func isHealth(reason string) bool {
	switch status.Health(reason) {
	case status.Progressing, status.Terminating, status.Unknown, status.Degraded:
		return true
	}
	return false
}

// dependencyTrouble is why something that the object needs does not follow it.
func dependencyTrouble(s status.Summary) status.Problem {
	for _, condition := range s.Conditions {
		if condition.Type == status.DependenciesFollow {
			return status.Problem{Reason: condition.Reason, Message: condition.Message}
		}
	}
	return status.Problem{}
}

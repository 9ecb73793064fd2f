package plans

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fedrail/fedrail/examples/fedctl/explanation"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Foresee is what would be done with the copies of a subject, from what the host has
// recorded of them: no cluster is asked. The error says that the object makes no sense,
// and that nothing would be done because of it.
func Foresee(ctx context.Context, s subject.Subject, now time.Time) (Object, error) {
	key := propagation.KeyOf(s.Object)
	o := Object{Kind: s.Object.GetKind(), Namespace: key.Namespace, Name: key.Name, Target: s.Target().String(), New: s.Before == nil, Notes: s.Told(), Steps: []Step{}}
	f, err := s.Foresee(ctx, now)
	if err != nil {
		return o, err
	}
	o.Problem, o.Guard = f.Problem.Message, f.Guard
	w, err := newForesight(ctx, s, f)
	if err != nil {
		return o, err
	}
	for _, name := range w.concerned() {
		o.Steps = append(o.Steps, w.step(name))
	}
	w.roll(o.Steps, now)
	return o, nil
}

// foresight is what is foreseen of a subject, and what is there.
type foresight struct {
	subject.Foresight
	subject subject.Subject
	intent  propagation.Intent
	held    map[federation.ClusterName]status.Observation // that should hold a copy, as recorded
	before  propagation.Preview                           // what they should hold until now
}

func newForesight(ctx context.Context, s subject.Subject, f subject.Foresight) (foresight, error) {
	w := foresight{Foresight: f, subject: s, intent: s.Intent(), held: map[federation.ClusterName]status.Observation{}}
	earlier := s
	if s.Before != nil {
		earlier.Object = s.Before
	}
	var names []federation.ClusterName
	for _, o := range earlier.Intent().Reported.Clusters {
		if !subject.IsRemoval(o.State) {
			w.held[o.Cluster] = o
			names = append(names, o.Cluster)
		}
	}
	if s.Before == nil || len(names) == 0 {
		return w, nil
	}
	var err error
	if w.before, err = earlier.In(ctx, names...); err != nil {
		w.before = propagation.Preview{} // it made no sense before: all is a change
	}
	return w, nil
}

// concerned are the members that hold a copy, or should, by name.
func (w foresight) concerned() []federation.ClusterName {
	names := append(slices.Clone(w.Decision.Selected), w.Kept...)
	for name := range w.held {
		if _, member := w.subject.Members.Get(name); member {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// step is what is done in a cluster, the rollout aside.
func (w foresight) step(name federation.ClusterName) Step {
	s := Step{Cluster: string(name)}
	member, _ := w.subject.Members.Get(name)
	seen, held := w.held[name]
	want, wanted := w.Copies[name]
	switch {
	case w.Failed[name] != nil:
		s.Action, s.Why = Fail, w.Failed[name].Error()
		return s
	case !wanted:
		s.Action, s.Why = Remove, w.lost(name, member)
	case !held:
		s.Action, s.Why = Create, explanation.Because(w.subject)
	default:
		fields := differences(w.before.Copies[name], want)
		if s.Action, s.Why = Change, some(fields); len(fields) == 0 {
			s.Action, s.Why = Unchanged, pending(seen)
		}
	}
	if slices.Contains(w.Kept, name) {
		s.Why = "kept by the loss guard; " + cmp.Or(s.Why, w.lost(name, member))
	}
	if s.Action != Unchanged {
		s.Waits = waits(member, w.intent)
	}
	return s
}

// lost is why a cluster should not hold the object.
func (w foresight) lost(name federation.ClusterName, member federation.Cluster) string {
	why := w.Decision.Rejected[name].Message
	switch {
	case w.intent.Deleting:
		why = "the object is being deleted"
	case member.Leaving != "":
		why = "the cluster is about to leave the federation"
	}
	if w.intent.Removal.Orphan || member.Leaving == federation.LeavingOrphan {
		why += "; the copy stays there, and is nobody's"
	}
	return why
}

// pending tells of an earlier change that is not there yet.
func pending(seen status.Observation) string {
	if seen.State == status.OK {
		return ""
	}
	return fmt.Sprintf("recorded: %s: %s", seen.State, seen.Message)
}

// waits is what a cluster waits for before anything is done there.
func waits(member federation.Cluster, in propagation.Intent) string {
	switch {
	case in.Suspended && !in.Deleting:
		return "the object is suspended"
	case !member.Ready:
		return "the cluster is not ready: " + cmp.Or(member.Message, "nobody has said why")
	}
	return ""
}

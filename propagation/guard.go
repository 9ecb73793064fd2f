package propagation

import (
	"maps"
	"reflect"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/status"
)

// lossWindow is how long a cluster that was lost unasked counts: a change of
// many clusters' labels comes as a change of one after the other.
const lossWindow = 10 * time.Minute

// guard holds back what the LossGuard says of a plan.
func (c *Controller) guard(o *object, in Intent, p plan) plan {
	if in.Deleting || p.frozen {
		return p
	}
	members, now := c.lanes.staying(), time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.placed.age(o.intent, now)
	asked := o.placed.take(in)
	o.placed.regain(p.hold)
	losing := o.placed.losing(p.hold, members)
	reason := ""
	if len(losing) > 0 {
		loss := o.placed.loss(losing, members)
		loss.Kept, loss.Drained = p.hold, drained(loss.Lost, members, in.Placement.Want.Tolerations)
		loss.Asked, loss.Allowed = asked, in.AllowLoss
		reason = c.LossGuard.Judge(loss)
	}
	if reason != "" {
		p.hold = slices.Sorted(slices.Values(append(slices.Clone(p.hold), losing...)))
		p.drop = slices.DeleteFunc(p.drop, func(name federation.ClusterName) bool { return slices.Contains(losing, name) })
		p.problem = status.Problem{Reason: LossGuarded, Message: reason}
	}
	o.placed.follow(p.hold, members)
	if reason == "" && !asked {
		o.placed.note(losing, now)
	}
	return p
}

// placed is where an object should be as far as was decided last, to tell what
// it loses.
type placed struct {
	parent types.UID
	want   placement.Placement                  // that was decided on
	in     map[federation.ClusterName]bool      // should hold the object, also where they are no members now
	lost   map[federation.ClusterName]time.Time // were lost unasked, and when
}

// take takes over what an intent wants, and says whether it asks for losses. Of
// one that was not seen before, the last report tells where it should be, and
// for what generation.
func (s *placed) take(in Intent) (asked bool) {
	if s.in != nil && s.parent == in.Parent {
		asked = !reflect.DeepEqual(s.want, in.Placement.Want)
	} else {
		asked = in.Reported.Generation != in.Generation && !isGuarded(in.Reported)
		*s = placed{parent: in.Parent, in: heldBy(in.Reported)}
	}
	asked = asked || isWithdrawn(in.Placement.Bounds)
	s.want = in.Placement.Want
	if asked || s.lost == nil {
		s.lost = map[federation.ClusterName]time.Time{}
	}
	return asked
}

// isGuarded says whether a loss was held back when that was reported.
func isGuarded(s status.Summary) bool {
	return slices.ContainsFunc(s.Conditions, func(c status.Condition) bool { return c.Reason == LossGuarded })
}

// heldBy are the clusters that should hold an object, by its last report.
func heldBy(s status.Summary) map[federation.ClusterName]bool {
	removal := []status.State{status.WaitingForRemoval, status.DeletionFailed, status.DeletionTimedOut,
		status.LabelRemovalFailed, status.LabelRemovalTimedOut}
	held := map[federation.ClusterName]bool{}
	for _, o := range s.Clusters {
		if !slices.Contains(removal, o.State) {
			held[o.Cluster] = true
		}
	}
	return held
}

// isWithdrawn says whether a bound allows no cluster at all: the namespace is
// not federated any more, and goes itself.
func isWithdrawn(bounds []placement.Bound) bool {
	return slices.ContainsFunc(bounds, func(b placement.Bound) bool {
		return b.Within == nil || b.Within.Clusters == nil && b.Within.Selector == nil
	})
}

// age forgets the losses that do not count any more. While the object was suspended
// nothing was removed: what was lost then goes all at once, now or later.
func (s *placed) age(before Intent, now time.Time) {
	if before.rests() {
		for name := range s.lost {
			s.lost[name] = now
		}
	}
	maps.DeleteFunc(s.lost, func(_ federation.ClusterName, at time.Time) bool { return now.Sub(at) > lossWindow })
}

// losing are the members that should hold the object and shall no more, in name
// order.
func (s *placed) losing(hold []federation.ClusterName, members federation.ClusterSet) []federation.ClusterName {
	var losing []federation.ClusterName
	for _, name := range slices.Sorted(maps.Keys(s.in)) {
		if _, member := members.Get(name); member && !slices.Contains(hold, name) {
			losing = append(losing, name)
		}
	}
	return losing
}

// loss adds what was lost lately to what is lost now.
func (s *placed) loss(losing []federation.ClusterName, members federation.ClusterSet) Loss {
	lost, held := map[federation.ClusterName]bool{}, map[federation.ClusterName]bool{}
	for name := range s.in {
		if _, member := members.Get(name); member {
			held[name] = true
		}
	}
	for name := range s.lost {
		lost[name], held[name] = true, true
	}
	for _, name := range losing {
		lost[name] = true
	}
	return Loss{Held: slices.Sorted(maps.Keys(held)), Lost: slices.Sorted(maps.Keys(lost))}
}

// drained are those of the clusters whose taints say that the object has to leave.
func drained(lost []federation.ClusterName, members federation.ClusterSet, tolerations []corev1.Toleration) []federation.ClusterName {
	now := time.Now()
	var drained []federation.ClusterName
	for _, name := range lost {
		if c, _ := members.Get(name); federation.Tolerate(c.Taints, tolerations).Due(now) {
			drained = append(drained, name)
		}
	}
	return drained
}

// follow takes over where the object should be now. A cluster that is no member
// counts when it is back.
func (s *placed) follow(hold []federation.ClusterName, members federation.ClusterSet) {
	maps.DeleteFunc(s.in, func(name federation.ClusterName, _ bool) bool {
		_, member := members.Get(name)
		return member
	})
	for _, name := range hold {
		s.in[name] = true
	}
}

// regain forgets the losses of clusters that should hold the object.
func (s *placed) regain(hold []federation.ClusterName) {
	for _, name := range hold {
		delete(s.lost, name)
	}
}

func (s *placed) note(lost []federation.ClusterName, now time.Time) {
	for _, name := range lost {
		s.lost[name] = now
	}
}

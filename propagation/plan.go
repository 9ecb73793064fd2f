package propagation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/status"
)

// plan is which clusters have something to do with an object.
type plan struct {
	hold    []federation.ClusterName // should hold a copy
	drop    []federation.ClusterName // may hold one, and should not
	problem status.Problem           // why the object is not where it was asked to be
	frozen  bool                     // it is not known; leave every cluster as it is
	next    time.Time                // when to plan again though nothing changes; zero is never
}

// plan looks at one object: it decides which clusters should hold it, makes
// sure that the declaration cannot vanish before its copies, and hands the key
// to the lane of each cluster concerned. It writes to no member.
func (c *Controller) plan(ctx context.Context, key Key) error {
	ctx, span := c.begin(ctx, Step{Work: Planning, Key: key}, nil)
	in, err := c.planAs(ctx, key, span)
	end(span, in, err)
	return err
}

// planAs plans as the step of that Span.
func (c *Controller) planAs(ctx context.Context, key Key, span Span) (Intent, error) {
	in, found, err := c.Source.Get(ctx, key)
	switch {
	case errors.Is(err, ErrNotListed) && c.left.any(key):
		c.plans.AddAfter(key, unlistedPause) // Watch may have nothing to tell of it
		return in, nil
	case errors.Is(err, ErrNotListed):
		return in, nil // a copy was seen first; its intent, if there is one, is told by Watch
	case err != nil:
		return in, fmt.Errorf("read %s: %w", key, err)
	}
	if gone, unreleased := c.vanished(key); !found && unreleased {
		c.released.add(gone)
	}
	if in.Deleting && (!in.Held || c.released.is(in)) {
		found = false // nothing was begun, or all is done
	}
	if !found {
		in, found = c.stray(key)
	}
	if !found {
		c.objects.forget(key)
		return in, nil
	}
	c.left.keepIn(key, c.lanes.snapshot())
	o := c.objects.get(key)
	p := c.guard(o, in, c.decide(ctx, in, c.mayHold(o, in)))
	switch err := c.hold(ctx, o, in, p); {
	case errors.Is(err, ErrGone):
		return in, nil // Watch tells
	case err != nil:
		return in, fmt.Errorf("hold %s: %w", key, err)
	}
	c.tellPlaced(in, p)
	if !p.next.IsZero() {
		c.plans.AddAfter(key, time.Until(p.next))
	}
	o.causedBy(span)
	c.urge(o, in)
	for _, name := range o.adopt(in, identified(in), p, time.Now()) {
		if l, known := c.lanes.get(name); known {
			l.queue.Add(key)
		}
	}
	if c.objects.find(key) != o {
		c.plans.Add(key) // an earlier declaration of that name was let go of meanwhile
	}
	c.reports.Add(key)
	return in, nil
}

// unlistedPause is when to look again at what was left behind while the Source
// does not know its intents yet.
const unlistedPause = 200 * time.Millisecond

// decide works out which clusters should hold the object, and which should hold
// none though they may.
func (c *Controller) decide(ctx context.Context, in Intent, may []federation.ClusterName) plan {
	members := c.lanes.snapshot()
	req := request(in, c.lanes.staying())
	req.Holding, req.Now = may, time.Now()
	decision, err := c.place(ctx, req)
	var p plan
	switch {
	case in.Invalid != nil:
		return plan{frozen: true, problem: status.Problem{Reason: status.ComputePlacementFailed, Message: in.Invalid.Error()}}
	case in.Template == nil && !in.Deleting:
		return plan{frozen: true, problem: status.Problem{Reason: status.ComputePlacementFailed, Message: "the intent has no template"}}
	case in.Deleting:
		may = append(may, decision.Selected...) // a write may have got there unseen
	case c.refuseRollout(in) != nil:
		return plan{frozen: true, problem: status.Problem{Reason: status.ComputePlacementFailed, Message: c.refuseRollout(in).Error()}}
	case err != nil:
		return plan{frozen: true, problem: status.Problem{Reason: status.ComputePlacementFailed, Message: err.Error()}}
	default:
		p.hold, p.problem, p.next = decision.Selected, problemOf(decision), decision.Next
	}
	for _, name := range may {
		if _, member := members.Get(name); member && !slices.Contains(p.hold, name) && !slices.Contains(p.drop, name) {
			p.drop = append(p.drop, name)
		}
	}
	return p
}

// tellPlaced tells an Onlooker what was decided.
func (c *Controller) tellPlaced(in Intent, p plan) {
	o, looks := c.Source.(Onlooker)
	switch {
	case !looks, p.frozen, in.Deleting:
	case in.rests():
		o.Placed(in.Key, slices.Sorted(slices.Values(slices.Concat(p.hold, p.drop))))
	default:
		o.Placed(in.Key, p.hold)
	}
}

// place asks the Placer, in the way that costs it least.
func (c *Controller) place(ctx context.Context, req placement.Request) (placement.Decision, error) {
	if chooser, ok := c.Placer.(placement.Chooser); ok {
		return chooser.Choose(ctx, req)
	}
	return c.Placer.Place(ctx, req)
}

// request completes the request of an intent.
func request(in Intent, members federation.ClusterSet) placement.Request {
	req := in.Placement
	req.Members = members
	req.Object.Namespace, req.Object.Name = in.Key.Namespace, in.Key.Name
	if req.Object.Kind.Empty() && in.Template != nil {
		req.Object.Kind = in.Template.GroupVersionKind().GroupKind()
	}
	return req
}

// mayHold are the clusters that may hold a copy: those where one is seen, those
// that were reported, and those that a task was begun for.
func (c *Controller) mayHold(o *object, in Intent) []federation.ClusterName {
	may := append(c.holders(in.Key), c.left.clusters(in.Key)...)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.reported == nil || o.intent.Parent != in.Parent {
		reported := in.Reported
		o.reported = &reported
	}
	for _, s := range o.reported.Clusters {
		if o.tasks[s.Cluster] == nil || !o.tasks[s.Cluster].absent {
			may = append(may, s.Cluster)
		}
	}
	for name, t := range o.tasks {
		if !t.absent {
			may = append(may, name)
		}
	}
	return may
}

// vanished returns the intent of an object that the Ledger was made to hold just
// now, so that it should not go before it is released. An API server that is
// asked for both at the same moment may delete an object all the same.
func (c *Controller) vanished(key Key) (Intent, bool) {
	o := c.objects.find(key)
	if o == nil {
		return Intent{}, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.intent, o.heldJustNowLocked(o.intent.Parent) && !o.intent.Deleting
}

// mayBeHeld says whether a cluster may hold a copy.
func (c *Controller) mayBeHeld(key Key) bool {
	if len(c.holders(key)) > 0 {
		return true
	}
	o := c.objects.find(key)
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.anyLeftLocked()
}

// holders are the clusters where a copy is seen.
func (c *Controller) holders(key Key) []federation.ClusterName {
	if observer, ok := c.Propagator.(Observer); ok {
		return observer.Holders(key)
	}
	return nil
}

// hold has the Ledger hold the declaration, once.
func (c *Controller) hold(ctx context.Context, o *object, in Intent, p plan) error {
	o.mu.Lock()
	held := in.Held || o.heldJustNowLocked(in.Parent)
	o.mu.Unlock()
	if held || in.Deleting || len(p.hold)+len(p.drop) == 0 {
		return nil
	}
	if err := c.Ledger.Hold(ctx, in); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held, o.heldAt = in.Parent, time.Now()
	return nil
}

// problemOf says what of a decision is not as the declaration asks. A cluster
// that a bound or a policy keeps out is no problem as long as another is left.
func problemOf(d placement.Decision) status.Problem {
	var unknown []string
	noBound := ""
	for _, reason := range d.Rejected {
		switch reason.Code {
		case placement.UnknownCluster:
			unknown = append(unknown, reason.Message)
		case placement.NoBound:
			noBound = max(noBound, reason.Message)
		}
	}
	slices.Sort(unknown)
	switch {
	case noBound != "":
		return status.Problem{Reason: status.NamespaceNotFederated, Message: noBound}
	case len(unknown) > 0:
		return status.Problem{Reason: string(placement.UnknownCluster), Message: strings.Join(unknown, "; ")}
	case len(d.Selected) == 0:
		return status.Problem{Reason: "NoClusterSelected", Message: nothingSelected(d)}
	}
	return status.Problem{}
}

// nothingSelected tells why, by the reason of the first cluster by name.
func nothingSelected(d placement.Decision) string {
	var first federation.ClusterName
	for name := range d.Rejected {
		if first == "" || name < first {
			first = name
		}
	}
	if first == "" {
		return "the federation has no members"
	}
	return fmt.Sprintf("no cluster was selected; %s: %s", first, d.Rejected[first].Message)
}

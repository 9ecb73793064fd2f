package rollout

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fedrail/fedrail/federation"
)

// tally is how many clusters are how far.
type tally struct {
	underWay, failed []federation.ClusterName
	waiting          int // candidates that are not released
	unseen           int // not known, and not released
	proven           int
}

func tallyOf(all []*cluster) tally {
	var t tally
	for _, c := range all {
		switch {
		case c.underWay:
			t.underWay = append(t.underWay, c.Name)
		case c.step.Proven:
			t.proven++
		case c.candidate:
			t.waiting++
		case c.step.Release:
			t.failed = append(t.failed, c.Name)
		default:
			t.unseen++
		}
	}
	return t
}

// release lets as many candidates go as may. Those that an earlier version left
// unhealthy come first: to mend them disturbs nobody.
func (r Request) release(all []*cluster, t *tally) {
	most, _ := r.Policy.most(len(all)) // the policy is valid
	front := frontOf(all)
	for _, c := range byNeed(all) {
		switch {
		case r.Policy.Paused:
			c.step.Why = "the rollout is paused"
		case r.stops(*t):
			c.step.Why = "the rollout is stopped: " + list(t.failed) + " failed"
		case len(t.underWay) >= most:
			c.step.Why = fmt.Sprintf("%d at a time; %s goes first", most, list(t.underWay))
		case c.group > front && !c.ails():
			c.step.Why = fmt.Sprintf("group %d of the order comes first", front)
		default:
			c.step.Release, c.underWay, c.candidate = true, true, false
			c.step.Progress = Progress{Phase: Changing, Version: c.Want, Since: r.Now}
			c.step.Why = "it is being changed"
			t.underWay = append(t.underWay, c.Name)
			t.waiting--
		}
	}
}

func (r Request) stops(t tally) bool { return len(t.failed) > 0 && r.Policy.OnFailure != Continue }

// ails says whether an earlier version left the cluster unhealthy.
func (c *cluster) ails() bool {
	return c.Progress.Phase == Changing || c.Progress.Phase == Failed
}

// byNeed are the candidates, in the order in which they are released.
func byNeed(all []*cluster) []*cluster {
	var need, rest []*cluster
	for _, c := range all {
		switch {
		case c.candidate && c.ails():
			need = append(need, c)
		case c.candidate:
			rest = append(rest, c)
		}
	}
	return slices.Concat(need, rest)
}

// frontOf is the first group that is not done.
func frontOf(all []*cluster) int {
	for _, c := range all {
		if c.candidate || c.underWay {
			return c.group
		}
	}
	return 0
}

// decision sums up.
func (r Request) decision(all []*cluster, t tally) Decision {
	d := Decision{State: r.state(t)}
	over := d.State == Idle
	d.Settled = over && t.unseen == 0
	for _, c := range all {
		if over {
			c.step.Progress = Progress{} // there is nothing left to remember
		}
		d.Steps = append(d.Steps, c.step)
		if due := r.due(c); !due.IsZero() && (d.Next.IsZero() || due.Before(d.Next)) {
			d.Next = due
		}
	}
	if !over {
		d.Message = message(all, t)
	}
	return d
}

func (r Request) state(t tally) State {
	switch {
	case t.waiting > 0 && r.stops(t):
		return Stopped
	case t.waiting > 0 && r.Policy.Paused:
		return Paused
	case t.waiting+len(t.underWay)+len(t.failed) > 0:
		return InProgress
	}
	return Idle
}

// message says how far the rollout is, and what the first few clusters that are
// under way or have failed lack.
func message(all []*cluster, t tally) string {
	text := fmt.Sprintf("the version is proven in %d of %d clusters, %d under way, %d failed, %d to wait",
		t.proven, len(all), len(t.underWay), len(t.failed), t.waiting)
	if t.unseen > 0 {
		text += fmt.Sprintf(", %d out of sight", t.unseen)
	}
	shown := 0
	for _, c := range all {
		if c.step.Release && !c.step.Proven && shown < mostNamed {
			text += fmt.Sprintf("; %s: %s", c.Name, c.step.Why)
			shown++
		}
	}
	return text
}

// explain says what a released cluster lacks.
func (r Request) explain(c *cluster) string {
	lacks := "it is being changed"
	switch {
	case c.Holds == Unknown && c.Why != "":
		lacks = "it cannot be seen: " + c.Why
	case c.Holds == Unknown:
		lacks = "it cannot be seen"
	case c.Holds == Wanted && c.Healthy:
		return fmt.Sprintf("healthy, but not for %s yet", r.Policy.MinReady)
	case c.Holds == Wanted && c.Ailment != "":
		lacks = "not healthy: " + c.Ailment
	case c.Holds == Wanted:
		lacks = "not healthy"
	}
	if c.step.Progress.Phase == Failed {
		return fmt.Sprintf("%s, after %s", lacks, r.Policy.deadline())
	}
	return lacks
}

// mostNamed is how many clusters a text names.
const mostNamed = 3

func list(names []federation.ClusterName) string {
	var texts []string
	for _, n := range names[:min(len(names), mostNamed)] {
		texts = append(texts, string(n))
	}
	if more := len(names) - mostNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(texts, ", "), more)
	}
	return strings.Join(texts, ", ")
}

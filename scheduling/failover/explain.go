package failover

import (
	"fmt"
	"time"

	"github.com/fedrail/fedrail/scheduling"
)

// step is what the cluster is told, and why.
func (s standing) step() Step {
	return Step{Cluster: s.name(), Give: s.give, Leave: s.leaves && !s.stuck, Reason: s.reason(), Why: s.why() + s.meanwhile()}
}

// decided says whether the limit is what decided.
func (s standing) decided() bool {
	return s.barred && (s.leaves || s.share.Why == scheduling.AtCapacity || s.tries())
}

// tries says whether the cluster is to have more than turned out to fit.
func (s standing) tries() bool {
	return s.barred && s.limit.Cause == Unschedulable && s.share.Replicas > s.limit.Replicas
}

func (s standing) reason() string {
	if s.decided() {
		return string(s.limit.Cause)
	}
	return string(s.share.Why)
}

func (s standing) why() string {
	if !s.decided() {
		return s.share.Explain()
	}
	switch s.limit.Cause {
	case NotReady:
		return "the cluster is not ready since " + s.limit.Since.UTC().Format(time.RFC3339) + s.stays()
	case Tainted:
		return fmt.Sprintf("its taint %s is not tolerated", s.verdict.Taint.ToString()) + s.stays()
	case Unhealthy:
		return fmt.Sprintf("no more than %d became ready there", s.limit.Replicas)
	}
	if s.tries() {
		return fmt.Sprintf("pods found no room there beyond %d, and it is tried again", s.limit.Replicas)
	}
	return fmt.Sprintf("pods find no room there beyond %d", s.limit.Replicas)
}

// stays says that the cluster keeps what it has.
func (s standing) stays() string {
	if s.leaves {
		return ""
	}
	return ": it keeps what it has, and gets no more"
}

// meanwhile says why the cluster is told something else for now.
func (s standing) meanwhile() string {
	switch {
	case s.stuck:
		return fmt.Sprintf("; it keeps %d, for there is no cluster left that takes them", s.give)
	case s.bound:
		return fmt.Sprintf("; those that are not ready stay there, for some have left it %s within an hour", times(len(s.moves)))
	case s.give > s.target:
		return fmt.Sprintf("; it keeps %d until enough are ready elsewhere", s.give)
	case s.give < s.target:
		return fmt.Sprintf("; %d come back at first", s.give)
	}
	return ""
}

// times is how often something happened, in words.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

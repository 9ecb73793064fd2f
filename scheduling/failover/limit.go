package failover

import (
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// The time between two tries whether a cluster takes more.
const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// pause is how long to wait after it turned out so many times in a row.
func pause(times int) time.Duration {
	wait := firstRetry
	for range times - 1 {
		if wait = 2 * wait; wait >= lastRetry {
			return lastRetry
		}
	}
	return wait
}

// banned is the limit that a taint sets.
func (s standing) banned(before Record, now time.Time, n int64) *Limit {
	cause := Tainted
	if s.verdict.Taint.Key == federation.NotReadyTaint {
		cause = NotReady
	}
	since := now
	if before.Limit != nil && before.Limit.Cause == cause {
		since = before.Limit.Since
	}
	return &Limit{Replicas: n, Cause: cause, Since: since}
}

// learn is the limit of a cluster that may get more, from how its replicas fare.
func (s *standing) learn(r Request, before Record, next *alarm) *Limit {
	known := before.Limit
	if known != nil && (known.Cause == NotReady || known.Cause == Tainted) {
		known = nil // that is over
	}
	if s.Pending > 0 {
		next.at(s.PendingUntil)
	}
	if s.Stale {
		return s.remember(known, r.Now)
	}
	switch {
	case s.Unschedulable > 0 && r.Policy.Overflow:
		return &Limit{Replicas: s.fits(), Cause: Unschedulable, Since: sinceOf(known, Unschedulable, r.Now)}
	case s.Unschedulable > 0:
		return s.full(r, known)
	case known != nil && s.serving() > known.Replicas:
		return nil // more than that work
	case known != nil && known.Cause == Unschedulable && r.Policy.Overflow:
		return nil // nobody asks in vain any more
	}
	if s.ails(r, next) {
		return s.flee(r, known, next)
	}
	return s.remember(known, r.Now)
}

// fits is how many replicas find room.
func (c Cluster) fits() int64 { return max(c.Exist-c.Unschedulable, 0) }

func sinceOf(known *Limit, cause Cause, now time.Time) time.Time {
	if known != nil && known.Cause == cause {
		return known.Since
	}
	return now
}

// full is the limit of a cluster in which pods find no room. Only what was tried
// beyond the limit that was known counts as one more time.
func (s standing) full(r Request, known *Limit) *Limit {
	fits := s.fits()
	switch {
	case known == nil || known.Cause != Unschedulable:
		return turnedOut(fits, Unschedulable, r.Now, 1)
	case s.Exist > known.Replicas && (known.due(r.Now) || s.Room != nil && *s.Room > 0):
		return turnedOut(fits, Unschedulable, r.Now, known.Times+1)
	case fits < known.Replicas:
		return turnedOut(fits, Unschedulable, r.Now, known.Times)
	}
	return known
}

func turnedOut(n int64, cause Cause, now time.Time, times int) *Limit {
	return &Limit{Replicas: n, Cause: cause, Since: now, RetryAt: now.Add(pause(times)), Times: times}
}

// retry is when it may be tried whether the cluster takes more, where more are
// wanted there; zero when nothing waits for that.
func (s standing) retry(now time.Time) time.Time {
	if s.limit == nil || s.share.Why != scheduling.AtCapacity || !s.limit.RetryAt.After(now) {
		return time.Time{}
	}
	return s.limit.RetryAt
}

// due says whether it is time to try again.
func (l Limit) due(now time.Time) bool { return !l.RetryAt.IsZero() && !now.Before(l.RetryAt) }

// ails says whether replicas have not been ready there for too long.
func (s *standing) ails(r Request, next *alarm) bool {
	if r.Policy.UnhealthyFor == 0 || s.UnhealthySince.IsZero() {
		return false
	}
	if at := s.UnhealthySince.Add(r.Policy.UnhealthyFor); r.Now.Before(at) {
		next.at(at)
		return false
	}
	return s.has() > s.Ready
}

// flee is the limit of a cluster that loses the replicas that are not ready
// there, unless it lost some too often.
func (s *standing) flee(r Request, known *Limit, next *alarm) *Limit {
	if known != nil && known.Cause == Unhealthy && s.has() <= known.Replicas {
		return known // they are about to leave already
	}
	if len(s.moves) >= r.Policy.MovesPerHour {
		s.bound = true
		next.at(s.moves[0].Add(time.Hour))
		return known
	}
	times := 1
	if known != nil && known.Cause == Unhealthy {
		times = known.Times + 1
	}
	s.moves = append(slices.Clone(s.moves), r.Now)
	s.displaced = true
	return turnedOut(s.Ready, Unhealthy, r.Now, times)
}

// remember is a limit that was known, as long as it says something. One that
// nobody has tried for long enough is forgotten.
func (s standing) remember(known *Limit, now time.Time) *Limit {
	if known != nil && known.Cause == Unhealthy && now.Sub(known.RetryAt) >= lastRetry {
		return nil
	}
	return known
}

// bars says whether a limit keeps replicas away now: one because they were
// unhealthy does until they may try again.
func (l *Limit) bars(now time.Time) bool {
	return l != nil && !(l.Cause == Unhealthy && l.due(now))
}

// allowed is how many replicas the limit lets the cluster have now. When it is
// time to try, or when it is seen that there is room, that is more than it turned
// out to take.
func (s standing) allowed(r Request) *int64 {
	if !s.limit.bars(r.Now) {
		return nil
	}
	n := s.limit.Replicas
	if s.limit.Cause == Unschedulable && s.Unschedulable == 0 {
		switch seen := s.Room != nil; {
		case seen && *s.Room > 0 && (s.limit.Times <= 1 || s.limit.due(r.Now)):
			n = max(n, s.Exist-s.Pending) + *s.Room
		case !seen && s.limit.due(r.Now):
			n += r.Policy.Step
		}
	}
	return &n
}

// recent are those of the last hour.
func recent(moves []time.Time, now time.Time) []time.Time {
	return slices.DeleteFunc(slices.Clone(moves), func(t time.Time) bool { return now.Sub(t) >= time.Hour })
}

package propagation

import "time"

// limit is how many writes a cluster may have under way, and what that is
// learned from. It goes up while answers come as quickly as they ever do, and
// down when they begin to wait for each other: TCP Vegas (Brakmo and Peterson,
// 1995), with requests for packets. A cluster that says that it has too much to
// do, or says nothing, gets half as many.
type limit struct {
	allowed float64
	enough  float64       // below it the limit grows by one with each answer
	base    time.Duration // what an answer takes when nothing is in its way
	halved  time.Time     // when it was last halved
}

// effort is what an attempt said about the cluster.
type effort int

const (
	none    effort = iota // nothing: no request was made, or it failed at once
	served                // it did what was asked
	pressed               // it has too much to do, or gave no answer
)

// sample is one attempt.
type sample struct {
	effort  effort
	took    time.Duration
	abreast int // attempts that were under way, this one included
}

const (
	few  = 3 // requests wait for others in the cluster: no more are added
	many = 6 // so many: one is taken away

	calm    = 2 // requests under way that are in nobody's way
	outlive = 8 // answers in calm after which a base that was too low is forgotten
)

// after is the limit after one more attempt.
func (l limit) after(s sample, now time.Time, bounds Bounds) limit {
	switch s.effort {
	case none:
		return l
	case pressed:
		if now.Sub(l.halved) > s.took { // what began before that says nothing new
			l.allowed, l.halved = l.allowed/2, now
			l.enough = l.allowed
		}
	case served:
		l = l.learn(s)
		waiting := l.allowed * (1 - float64(l.base)/float64(max(s.took, 1)))
		switch {
		case waiting > many:
			l.allowed -= 1 / l.allowed
			l.enough = min(l.enough, l.allowed)
		case float64(s.abreast) < l.allowed/2: // it was not put to the test
		case waiting > few:
			l.enough = min(l.enough, l.allowed)
		case l.allowed < l.enough:
			l.allowed++
		default:
			l.allowed += 1 / l.allowed
		}
	}
	l.allowed = min(max(l.allowed, float64(bounds.Least)), float64(bounds.Most))
	return l
}

func (l limit) learn(s sample) limit {
	switch {
	case l.base == 0, s.took < l.base:
		l.base = s.took
	case s.abreast <= calm:
		l.base += (s.took - l.base) / outlive
	}
	return l
}

package health

import (
	"context"
	"reflect"
	"time"

	"github.com/fedrail/fedrail/federation"
)

const (
	// returning is the longest pause between probes of a member that is not
	// ready: about so long it takes to notice that it is back.
	returning = time.Second
	// factsAge is how old facts may get while the member stays ready.
	factsAge = 10 * time.Minute
)

// Subject is what a Monitor watches. *[Target] is one.
type Subject interface {
	Probe(ctx context.Context) Result
	Facts(ctx context.Context, known Facts) Facts
}

// Finding is what is known of a member.
type Finding struct {
	Result
	Facts
}

// Monitor watches one member.
type Monitor struct {
	options federation.Health
	subject Subject
	report  func(Finding)
	wake    chan struct{}
}

// NewMonitor makes a monitor of subject. While it runs it calls report, from one
// goroutine, after the first probe and whenever a later one changed what is
// known. Options are taken with their defaults.
func NewMonitor(options federation.Health, subject Subject, report func(Finding)) *Monitor {
	return &Monitor{options: options.WithDefaults(), subject: subject, report: report, wake: make(chan struct{}, 1)}
}

// Wake asks for a probe now, for example because a credential changed.
func (m *Monitor) Wake() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Run probes at once and then with the period, until ctx ends. It goes on from
// state, and from the facts known earlier.
func (m *Monitor) Run(ctx context.Context, state State, facts Facts) {
	var last Finding
	var read time.Time
	for reported := false; ; {
		start := time.Now()
		result := m.subject.Probe(ctx)
		if ctx.Err() != nil {
			return
		}
		state = state.Next(result, Thresholds{Failure: m.options.FailureThreshold, Success: m.options.SuccessThreshold})
		if !state.Current.OK {
			read = time.Time{}
		} else if result.OK && (facts.Version == "" || time.Since(read) >= factsAge) {
			facts, read = m.subject.Facts(ctx, facts), time.Now()
		}
		found := Finding{Result: state.Current, Facts: facts}
		if ctx.Err() == nil && (!reported || !reflect.DeepEqual(found, last)) {
			m.report(found)
			last, reported = found, true
		}
		if !m.pause(ctx, m.interval(state)-time.Since(start)) {
			return
		}
	}
}

func (m *Monitor) interval(s State) time.Duration {
	if s.Current.OK {
		return m.options.Period
	}
	return min(m.options.Period, returning)
}

// pause reports whether to go on.
func (m *Monitor) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-m.wake:
	}
	return true
}

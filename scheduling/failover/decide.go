package failover

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/scheduling"
)

// Decider decides with a planner. It may be used concurrently when its planner
// may.
type Decider struct {
	Planner scheduling.Planner // required
}

// Decide says what each cluster should have, and what it is given now. An error
// is the planner's: the request is wrong, and nothing may be changed because of
// it.
func (d Decider) Decide(ctx context.Context, req Request) (Decision, error) {
	req.Policy = req.Policy.withDefaults(req.Total)
	var next alarm
	all := make([]standing, 0, len(req.Clusters))
	for _, c := range req.Clusters {
		all = append(all, req.stand(c, &next))
	}
	slices.SortFunc(all, func(a, b standing) int { return cmp.Compare(a.name(), b.name()) })
	plan, err := d.Planner.Plan(ctx, req.planning(all))
	if err != nil {
		return Decision{}, fmt.Errorf("decide %s: %w", req.Key, err)
	}
	if len(plan.Shares) != len(all) {
		return Decision{}, fmt.Errorf("decide %s: the planner has shares for %d clusters of %d", req.Key, len(plan.Shares), len(all))
	}
	for i := range all {
		all[i].share = plan.Shares[i] // both are in name order
		all[i].target = all[i].aim(req.Policy)
		next.at(all[i].retry(req.Now))
	}
	give(req, plan, all)
	return req.decision(plan, all, next), nil
}

// decision is the answer, from what was made of the clusters.
func (r Request) decision(plan scheduling.Plan, all []standing, next alarm) Decision {
	unsettled := func(s standing) bool { return s.give != s.target }
	d := Decision{Plan: plan, Settled: !slices.ContainsFunc(all, unsettled), Next: next.after(r.Now)}
	for _, s := range all {
		d.Steps = append(d.Steps, s.step())
		if !s.barred && (d.Settled || r.Policy.Return == Never) {
			s.displaced = false
		}
		if record := s.record(); record.worthKeeping() {
			d.Records = append(d.Records, record)
		}
	}
	return d
}

// planning is the request to the planner.
func (r Request) planning(all []standing) scheduling.Request {
	ask := scheduling.Request{Key: r.Key, Total: r.Total, Rebalance: r.Rebalance}
	for _, s := range all {
		ask.Clusters = append(ask.Clusters, s.candidate())
		ask.Rebalance = ask.Rebalance || s.returns(r.Policy)
	}
	return ask
}

// withDefaults fills in what is zero.
func (p Policy) withDefaults(total int64) Policy {
	p.UnschedulableFor = cmp.Or(p.UnschedulableFor, DefaultUnschedulableFor)
	p.MovesPerHour = cmp.Or(p.MovesPerHour, 3)
	p.Step = max(cmp.Or(p.Step, total/10), 1)
	return p
}

// recorded is the last record of a cluster; the zero Record when there is none.
func (r Request) recorded(name federation.ClusterName) Record {
	i := slices.IndexFunc(r.Before, func(b Record) bool { return b.Cluster == name })
	if i < 0 {
		return Record{Cluster: name}
	}
	return r.Before[i]
}

// alarm is when to look again: at the earliest of what it is told.
type alarm struct{ earliest time.Time }

// at asks for a look at a time; the zero time asks for nothing.
func (a *alarm) at(t time.Time) {
	if !t.IsZero() && (a.earliest.IsZero() || t.Before(a.earliest)) {
		a.earliest = t
	}
}

// soonest is the least time between two looks that nothing but time asks for.
const soonest = time.Second

// after is the earliest time, and not just now.
func (a *alarm) after(now time.Time) time.Time {
	if !a.earliest.IsZero() && a.earliest.Before(now.Add(soonest)) {
		return now.Add(soonest)
	}
	return a.earliest
}

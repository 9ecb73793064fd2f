package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/client-go/rest"
)

// contestant carries the objects of its world.
type contestant interface {
	// away sees to it that what is asked for in a phase is not seen yet.
	away(ctx context.Context, p phase) error
	// ready learns what it may know before the clock starts.
	ready(ctx context.Context, p phase) error
	// begin starts a phase; the clock runs.
	begin(ctx context.Context, p phase) error
	// rest ends it; the clock has stopped. Until the next phase, nothing in this
	// world uses the machine.
	rest(ctx context.Context) error
	// spent is what it has spent since it started.
	spent(ctx context.Context) (usage, error)
}

// runner is a contestant and what it carries.
type runner struct {
	contestant
	declarations
}

// race compares the two worlds.
//
// What a phase is about is on the host before the clock starts, in both worlds:
// objects are created, their templates changed, their deletion asked for while
// nobody carries them. The controller starts when its FederatedTypeConfig is
// enabled, so its time holds all that it does at a restart too: it lists the
// federated objects and the copies in every member, and then finds out what there
// is to do. Deletions it serves whenever it runs, so its process is stopped while
// they are asked for. The bare loop knows what there is to do. The clock stops when the host shows every
// object to be done; then members and host are checked.
type race struct {
	*progress
	host    *rest.Config
	checker checker
}

// lap is how long one phase took in one world.
type lap struct {
	world world
	phase phase
	took  time.Duration
	spent usage
}

// run does so many rounds. Who is first changes from phase to phase and from
// round to round.
func (r race) run(ctx context.Context, rounds int, runners ...runner) ([]lap, error) {
	var laps []lap
	order := slices.Clone(runners)
	for range rounds {
		for _, p := range phases() {
			for _, one := range order {
				l, err := r.clock(ctx, one, p)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", one.name, p, err)
				}
				r.say("%s %d objects: %-10s %6.2f s, %d requests", p, len(one.names), one.name, l.took.Seconds(), l.spent.requests)
				laps = append(laps, l)
			}
			slices.Reverse(order)
		}
	}
	return laps, nil
}

// clock takes the time of one phase in one world.
func (r race) clock(ctx context.Context, one runner, p phase) (lap, error) {
	what := fmt.Sprintf("%s %d objects: %s", p, len(one.names), one.name)
	r.during("about to "+what, nil)
	if err := one.away(ctx, p); err != nil {
		return lap{}, err
	}
	if err := one.declare(ctx, p); err != nil {
		return lap{}, err
	}
	watcher, err := watchHost(ctx, r.host, one.declarations, p)
	if err != nil {
		return lap{}, err
	}
	defer watcher.close()
	if err := one.ready(ctx, p); err != nil {
		return lap{}, err
	}
	r.during(what, watcher.far)
	before, err := one.spent(ctx)
	if err != nil {
		return lap{}, err
	}
	began := time.Now()
	if err := one.begin(ctx, p); err != nil {
		return lap{}, err
	}
	ended, err := watcher.wait(ctx)
	if err != nil {
		return lap{}, err
	}
	after, err := one.spent(ctx)
	if err != nil {
		return lap{}, err
	}
	r.during("checking: "+what, nil)
	if err := r.checker.check(ctx, one.declarations, p); err != nil {
		return lap{}, err
	}
	return lap{one.world, p, ended.Sub(began), after.since(before)}, one.rest(ctx)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// warmUp is how many objects both worlds carry before any that counts: servers
// that have just started are slow.
const warmUp = 200

// create races the controller against the bare loop, with each number of
// members on servers of their own.
func (b bench) create(ctx context.Context) error {
	for _, n := range b.members {
		if err := b.onSite(ctx, n, site.race); err != nil {
			return fmt.Errorf("with members: %d: %w", n, err)
		}
	}
	return nil
}

// race compares the controller with the bare loop.
func (s site) race(ctx context.Context) error {
	members := len(s.ground.members)
	objects := s.raceObjects(members)
	loop, err := newBareLoop(ctx, s.ground, objects)
	if err != nil {
		return err
	}
	r := race{progress: s.progress, host: s.ground.host.Config(), checker: checker{s.ground.members}}
	few := *loop
	few.names = few.names[:min(warmUp, objects)]
	s.say("warming up")
	_, err = r.run(ctx, 1, runner{s.process, declarationsOf(s.host, controlled(), len(few.names))}, runner{&few, few.declarations})
	if err != nil {
		return err
	}
	s.say("racing with %d objects in each of %d members, %d rounds", objects, members, s.rounds)
	laps, err := r.run(ctx, s.rounds, runner{s.process, declarationsOf(s.host, controlled(), objects)}, runner{loop, loop.declarations})
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range phases() {
		errs = append(errs, s.compare(p, laps))
	}
	peak, err := s.process.peak()
	return errors.Join(append(errs, err, s.print(fmt.Sprintf("controller_peak_%d", members), peak, "MiB"))...)
}

// compare prints the figures of one phase: medians over the rounds. A round's
// two laps follow each other, so the ratio is taken in each round.
func (s site) compare(p phase, laps []lap) error {
	ours, theirs := s.sample(controlled(), p, laps), s.sample(bare(), p, laps)
	ratios := make([]float64, len(ours.rate))
	for i := range ratios {
		ratios[i] = ours.rate[i] / theirs.rate[i]
	}
	figure := func(what string, value float64, unit string) error {
		return s.print(fmt.Sprintf("%s_%s_%d", p, what, len(s.ground.members)), value, unit)
	}
	return errors.Join(
		figure("ratio", median(ratios), "ratio"),
		figure("ratio_least", slices.Min(ratios), "ratio"),
		figure("ratio_most", slices.Max(ratios), "ratio"),
		figure("copies_per_second", median(ours.rate), "copies/s"),
		figure("bare_copies_per_second", median(theirs.rate), "copies/s"),
		figure("cpu", median(ours.processor), "µs/copy"),
		figure("bare_cpu", median(theirs.processor), "µs/copy"),
		figure("requests", median(ours.requests), "requests/object"),
		figure("bare_requests", median(theirs.requests), "requests/object"),
	)
}

// sample is what was measured of one phase in one world, round by round.
type sample struct {
	rate      []float64 // copies a second
	processor []float64 // µs a copy
	requests  []float64 // an object
}

func (s site) sample(w world, p phase, laps []lap) sample {
	members := len(s.ground.members)
	objects := float64(s.raceObjects(members))
	copies := objects * float64(members)
	var out sample
	for _, l := range laps {
		if l.phase != p || l.world.name != w.name {
			continue
		}
		out.rate = append(out.rate, copies/l.took.Seconds())
		out.processor = append(out.processor, float64(l.spent.processor.Microseconds())/copies)
		out.requests = append(out.requests, float64(l.spent.requests)/objects)
	}
	return out
}

package main

import (
	"context"
	"errors"

	"k8s.io/client-go/dynamic"
)

// warmUp is how many objects both worlds carry before any that counts: servers
// that have just started are slow.
const warmUp = 200

// throughput compares the controller with the bare loop.
func (b bench) throughput(ctx context.Context, host dynamic.Interface) error {
	loop, err := newBareLoop(ctx, b.ground, b.objects)
	if err != nil {
		return err
	}
	r := race{progress: b.progress, host: b.ground.host.Config(), checker: checker{b.ground.members}}
	few := *loop
	few.names = few.names[:min(warmUp, b.objects)]
	b.say("warming up")
	_, err = r.run(ctx, 1, runner{b.controller, declarationsOf(host, controlled(), len(few.names))}, runner{&few, few.declarations})
	if err != nil {
		return err
	}
	b.say("measuring %d rounds", b.rounds)
	laps, err := r.run(ctx, b.rounds, runner{b.controller, declarationsOf(host, controlled(), b.objects)}, runner{loop, loop.declarations})
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range phases() {
		errs = append(errs, b.compare(p, laps))
	}
	return errors.Join(errs...)
}

// compare prints the figures of one phase: medians over the rounds. A round's
// two laps follow each other, so the ratio is taken in each round.
func (b bench) compare(p phase, laps []lap) error {
	ours, theirs := b.sample(controlled(), p, laps), b.sample(bare(), p, laps)
	ratios := make([]float64, len(ours.rate))
	for i := range ratios {
		ratios[i] = ours.rate[i] / theirs.rate[i]
	}
	name := string(p)
	return errors.Join(
		b.print(name+"_ratio", median(ratios), "ratio"),
		b.print(name+"_copies_per_second", median(ours.rate), "copies/s"),
		b.print(name+"_bare_copies_per_second", median(theirs.rate), "copies/s"),
		b.print(name+"_cpu", median(ours.processor), "µs/copy"),
		b.print(name+"_bare_cpu", median(theirs.processor), "µs/copy"),
		b.print(name+"_requests", median(ours.requests), "requests/object"),
		b.print(name+"_bare_requests", median(theirs.requests), "requests/object"),
	)
}

// sample is what was measured of one phase in one world, round by round.
type sample struct {
	rate      []float64 // copies a second
	processor []float64 // µs a copy
	requests  []float64 // an object
}

func (b bench) sample(w world, p phase, laps []lap) sample {
	copies := float64(b.objects * b.members)
	var s sample
	for _, l := range laps {
		if l.phase != p || l.world.name != w.name {
			continue
		}
		s.rate = append(s.rate, copies/l.took.Seconds())
		s.processor = append(s.processor, float64(l.spent.processor.Microseconds())/copies)
		s.requests = append(s.requests, float64(l.spent.requests)/float64(b.objects))
	}
	return s
}

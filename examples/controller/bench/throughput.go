package main

import (
	"context"
	"errors"
	"time"

	"k8s.io/client-go/dynamic"
)

// warmUp is how many objects both worlds carry before any that counts: servers
// that have just started are slow.
const warmUp = 200

// throughput compares the controller with the bare loop.
func (b bench) throughput(ctx context.Context, host dynamic.Interface) error {
	loop, err := newBareLoop(ctx, b.ground, declarationsOf(host, bare(), b.objects))
	if err != nil {
		return err
	}
	r := race{progress: b.progress, host: b.ground.host.Config(), checker: checker{b.ground.members}}
	few := *loop
	few.declarations = declarationsOf(host, bare(), min(warmUp, b.objects))
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
	var ours, theirs, ratios, spent []float64
	copies := float64(b.objects * b.members)
	for _, l := range laps {
		switch {
		case l.phase != p:
		case l.world.name == controlled().name:
			ours = append(ours, copies/l.took.Seconds())
			spent = append(spent, float64(l.spent)/float64(time.Microsecond)/copies)
		default:
			theirs = append(theirs, copies/l.took.Seconds())
		}
	}
	for i := range ours {
		ratios = append(ratios, ours[i]/theirs[i])
	}
	name := string(p)
	return errors.Join(
		b.print(name+"_ratio", median(ratios), "ratio"),
		b.print(name+"_copies_per_second", median(ours), "copies/s"),
		b.print(name+"_bare_copies_per_second", median(theirs), "copies/s"),
		b.print(name+"_controller_cpu", median(spent), "µs/copy"),
	)
}

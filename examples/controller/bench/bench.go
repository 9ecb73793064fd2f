package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/client-go/dynamic"
)

// measure starts all that is needed, takes every figure, and leaves nothing
// behind.
func measure(ctx context.Context, o options, s streams) (err error) {
	tell := progress{out: s.err, began: time.Now()}
	tell.say("starting a host and %d members", o.members)
	g, err := newGround(ctx, o.members)
	defer func() { err = errors.Join(err, g.clear()) }()
	if err != nil {
		return err
	}
	if err := g.furnish(ctx); err != nil {
		return err
	}
	if o.controller == "" {
		tell.say("building the controller")
		if o.controller, err = build(ctx, g.dir); err != nil {
			return err
		}
	}
	controller, running, err := startController(ctx, o.controller, g)
	if err != nil {
		return err
	}
	defer controller.stop()
	b := bench{options: o, progress: tell, figures: figures{s.out}, ground: g, controller: controller}
	if err := b.run(running); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx) // somebody wants to end it
		}
		if running.Err() != nil {
			err = context.Cause(running) // all else follows from that
		}
		return fmt.Errorf("%w\nthe end of the controller's log:\n%s", err, controller.logTail())
	}
	return nil
}

// bench is one run of the program.
type bench struct {
	options
	progress
	figures
	ground     *ground
	controller *controller
}

func (b bench) run(ctx context.Context) error {
	host, err := dynamic.NewForConfig(b.ground.host.Config())
	if err != nil {
		return err
	}
	if err := b.controller.settle(ctx, b.ground); err != nil {
		return err
	}
	if err := b.throughput(ctx, host); err != nil {
		return err
	}
	if !b.skipBlackhole {
		if err := b.blackhole(ctx, host); err != nil {
			return fmt.Errorf("black hole: %w", err)
		}
	}
	peak, err := b.controller.peak()
	if err != nil {
		return err
	}
	return b.print("controller_peak", peak, "MiB")
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/controller/program"
)

// bench is one run of the program.
type bench struct {
	options
	*progress
	figures
}

// measure takes every figure that is asked for, and leaves nothing behind.
func measure(ctx context.Context, o options, s streams) (err error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	b := bench{options: o, progress: newProgress(ctx, s.err), figures: figures{s.out}}
	dir, err := os.MkdirTemp("", "fedrail-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := b.prepare(ctx, dir); err != nil {
		return because(ctx, err)
	}
	for _, p := range parts() {
		if !b.wants(p) {
			continue
		}
		if err := p.measure(b, ctx); err != nil {
			return because(ctx, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return nil
}

// because is why something failed: when somebody ended the program, all else
// follows from that.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// prepare builds the controller if it is needed and not there.
func (b *bench) prepare(ctx context.Context, dir string) error {
	for _, p := range parts() {
		if b.controller != "" || !p.process || !b.wants(p) {
			continue
		}
		b.say("building the controller")
		path, err := program.Build(ctx, dir)
		if err != nil {
			return err
		}
		b.controller = path
	}
	return nil
}

// onGround does something on servers that nobody else uses.
func (b bench) onGround(ctx context.Context, members int, do func(context.Context, *ground) error) (err error) {
	b.say("starting a host and members: %d", members)
	g, err := newGround(ctx, members)
	defer func() { err = errors.Join(err, g.clear()) }()
	if err != nil {
		return err
	}
	return do(ctx, g)
}

// site is a ground on which the controller runs.
type site struct {
	bench
	ground  *ground
	process *controller
	host    dynamic.Interface
}

// controlled does something while the controller runs.
func (b bench) controlled(ctx context.Context, g *ground, do func(site, context.Context) error) error {
	host, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return err
	}
	process, running, err := startController(ctx, b.controller, g)
	if err != nil {
		return err
	}
	defer process.stop()
	err = do(site{b, g, process, host}, running)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if running.Err() != nil {
		err = context.Cause(running) // all else follows from that
	}
	return fmt.Errorf("%w\nthe end of the controller's log:\n%s", err, program.LogTail(process.log))
}

// onSite does something on a ground that is ready for both worlds, while the
// controller runs and carries nothing yet.
func (b bench) onSite(ctx context.Context, members int, do func(site, context.Context) error) error {
	return b.onGround(ctx, members, func(ctx context.Context, g *ground) error {
		if err := g.furnish(ctx); err != nil {
			return err
		}
		return b.controlled(ctx, g, func(s site, ctx context.Context) error {
			if err := s.process.settle(ctx, g); err != nil {
				return err
			}
			return do(s, ctx)
		})
	})
}

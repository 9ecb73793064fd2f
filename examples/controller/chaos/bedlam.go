package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/fedrail/fedrail/examples/controller/program"
)

// bedlam starts all that is needed, breaks it as the options say, and leaves
// nothing behind.
func bedlam(ctx context.Context, o options, out io.Writer) (err error) {
	p := &play{options: o, progress: newProgress(out), random: rand.New(rand.NewPCG(o.seed, 0))}
	defer p.end()
	p.say("seed %d: the same draws again with --seed=%d", o.seed, o.seed)
	defer func() { err = errors.Join(err, p.clear()) }()
	if err = p.prepare(ctx); err == nil {
		err = p.all(ctx)
	}
	return p.verdict(ctx, err)
}

// prepare starts everything but the controller.
func (p *play) prepare(ctx context.Context) (err error) {
	p.doing("starting a host and %d members", p.members)
	if p.ground, err = newGround(ctx, p.members); err != nil {
		return err
	}
	if err := p.ground.federate(ctx); err != nil {
		return err
	}
	if p.options.controller == "" {
		p.doing("building the controller")
		if p.options.controller, err = program.Build(ctx, p.ground.dir); err != nil {
			return err
		}
	}
	if p.controller, err = newController(ctx, p.options.controller, p.ground); err != nil {
		return err
	}
	p.driver, err = newDriver(p.ground, p.random)
	return err
}

// clear ends everything that was started.
func (p *play) clear() error {
	if p.controller != nil {
		p.controller.kill()
	}
	if p.ground == nil {
		return nil
	}
	return p.ground.clear()
}

// play is one run of the program.
type play struct {
	options
	*progress
	ground     *ground
	controller *controller
	driver     *driver
	random     *rand.Rand
	results    results
	calm       int // goroutines of a controller that has not been troubled yet
}

func (p *play) all(ctx context.Context) error {
	if err := p.begin(ctx); err != nil {
		return err
	}
	began := time.Now()
	kill := faults()["kill-controller"]
	for i := range p.kills {
		if err := p.round(ctx, fmt.Sprintf("kill %d of %d", i+1, p.kills), kill); err != nil {
			return err
		}
	}
	for i := 0; i < p.rounds && (p.duration == 0 || time.Since(began) < p.duration); i++ {
		f := faults()[p.faults[p.random.IntN(len(p.faults))]]
		if err := p.round(ctx, fmt.Sprintf("fault %d of %d", i+1, p.rounds), f); err != nil {
			return err
		}
	}
	return p.finish(ctx)
}

// begin has the members hold all objects, and plants what is foreign.
func (p *play) begin(ctx context.Context) error {
	p.doing("creating %d objects", p.objects)
	if err := p.controller.start(); err != nil {
		return err
	}
	if err := p.driver.play(ctx, p.driver.fill(p.objects), nil); err != nil {
		return err
	}
	if err := p.settle(ctx, time.Now()); err != nil {
		return fmt.Errorf("before the first fault: %w", err)
	}
	for _, m := range p.ground.members {
		if err := m.plant(ctx); err != nil {
			return err
		}
	}
	calm, err := p.controller.goroutines(ctx)
	p.calm = calm
	p.say("all is right with %d objects in %d members; the controller has %d goroutines", p.objects, p.members, calm)
	return err
}

// round has one fault while the declarations change, and checks what has become
// of all.
func (p *play) round(ctx context.Context, name string, f fault) error {
	at := scene{play: p, member: p.ground.members[p.random.IntN(p.members)]}
	lasts := f.least + time.Duration(p.random.Int64N(int64(f.most-f.least)))
	script := p.driver.script(max(10, p.objects/5))
	what := f.name
	if f.ofMember {
		what += " " + at.member.name
	}
	p.doing("%s: %s for %v, while %d objects change", name, what, lasts.Round(time.Millisecond), len(script))
	strike := p.random.IntN(len(script))
	over, err := p.strike(ctx, at, blow{fault: f, script: script, at: strike, lasts: lasts})
	if err == nil {
		err = p.settle(ctx, over)
	}
	if err != nil {
		return fmt.Errorf("%s: %s after %d of %d changes: %w", name, what, strike, len(script), err)
	}
	took := time.Since(over)
	p.results.add(f.name, took)
	p.say("%s: %s: right again after %v", name, what, took.Round(10*time.Millisecond))
	return nil
}

// blow is a fault at one point of a script.
type blow struct {
	fault  fault
	script []operation
	at     int
	lasts  time.Duration
}

// strike plays the script and has the fault begin and end meanwhile. It returns
// when all has been done that the members have to catch up with.
func (p *play) strike(ctx context.Context, s scene, b blow) (over time.Time, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	reached, played := make(chan struct{}), make(chan error, 1)
	go func() { played <- p.driver.play(ctx, b.script, map[int]func(){b.at: func() { close(reached) }}) }()
	select {
	case <-reached:
	case err := <-played:
		return time.Time{}, err
	}
	err = b.fault.begin(ctx, s)
	if err == nil {
		err = pause(ctx, b.lasts)
	}
	if err == nil && b.fault.honest {
		err = p.honest(ctx)
	}
	if err == nil {
		err = b.fault.mend(ctx, s)
	}
	if err != nil {
		stop(err)
		<-played
		return time.Time{}, err
	}
	return latest(time.Now(), <-played)
}

// latest is the time that a script was played at.
func latest(mended time.Time, err error) (time.Time, error) {
	if now := time.Now(); now.Sub(mended) > time.Millisecond {
		return now, err
	}
	return mended, err
}

// finish deletes everything, and has the controller end as it should.
func (p *play) finish(ctx context.Context) error {
	p.doing("deleting all objects")
	leaking := p.leaks(ctx)
	if err := p.driver.play(ctx, p.driver.empty(), nil); err != nil {
		return err
	}
	if err := p.settle(ctx, time.Now()); err != nil {
		return fmt.Errorf("after all was deleted: %w", err)
	}
	return errors.Join(leaking, p.controller.stop())
}

// leaks says when the controller has many more goroutines than at the beginning.
func (p *play) leaks(ctx context.Context) error {
	now, err := p.controller.goroutines(ctx)
	if err != nil {
		return err
	}
	p.say("the controller has %d goroutines, %d at the beginning", now, p.calm)
	if now > 2*p.calm {
		return fmt.Errorf("the controller has %d goroutines, %d before the first fault", now, p.calm)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

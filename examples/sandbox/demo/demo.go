package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fedrail/fedrail/internal/controlplane"
	"github.com/fedrail/fedrail/internal/nameserver"
)

// demo is one run of the demo.
type demo struct {
	out   io.Writer
	end   ending
	story story
	began time.Time

	place      place
	host       cluster
	members    []cluster
	controller *controller
	names      *nameserver.Server    // nil until startDNS
	publisher  *controlplane.Process // nil until startDNS
}

// ending says what is left when the demo has ended well.
type ending string

const (
	takeDown    ending = ""
	keepRunning ending = "keep"
)

// step is one thing that is done, and what is true afterwards. A claim is
// checked against the API servers, not against what the controller says. A step
// with neither is a title.
type step struct {
	title string
	do    func(ctx context.Context) error
	claim func(ctx context.Context) error
}

// run takes the steps. What was started is stopped at the end, unless all went
// well and it is to be kept.
func (d *demo) run(ctx context.Context) error {
	d.began = time.Now()
	place, err := findPlace()
	if err != nil {
		return err
	}
	d.place = place
	if err := d.tidyUp(ctx); err != nil {
		return orInterrupted(ctx, err)
	}
	if err := d.takeSteps(ctx); err != nil {
		d.say("taking all of it down")
		return errors.Join(orInterrupted(ctx, err), d.stop(ctx))
	}
	if d.end == keepRunning {
		d.sayHow()
		return d.linger(ctx)
	}
	d.say("taking all of it down")
	if err := d.stop(ctx); err != nil {
		return err
	}
	d.say("done: every claim was checked, and holds")
	return nil
}

// linger waits for Ctrl-C where a DNS server runs, for that ends with the demo.
func (d *demo) linger(ctx context.Context) error {
	if d.names == nil {
		return nil
	}
	d.say("bind9 and external-dns run as long as this does: Ctrl-C ends all of it")
	<-ctx.Done()
	return d.stop(ctx)
}

func (d *demo) takeSteps(ctx context.Context) error {
	steps := d.story.steps(d)
	for i, s := range steps {
		fmt.Fprintf(d.out, "\n== %d/%d  %s\n", i+1, len(steps), s.title)
		for _, part := range []func(context.Context) error{s.do, s.claim} {
			if part == nil {
				continue
			}
			if err := part(ctx); err != nil {
				return fmt.Errorf("step %d, %s: %w", i+1, s.title, err)
			}
		}
	}
	return nil
}

// orInterrupted is the error that matters when ctx has ended: what was under way
// then failed because of it.
func orInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return err
}

// stop ends all that was started, also after ctx has ended.
func (d *demo) stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	d.stopDNS()
	return errors.Join(d.controller.stop(), d.sandbox(ctx, "down"))
}

// say prints one line, with the seconds since the demo began.
func (d *demo) say(format string, args ...any) {
	fmt.Fprintf(d.out, "%6.1fs  %s\n", time.Since(d.began).Seconds(), fmt.Sprintf(format, args...))
}

// proved prints a claim that was checked.
func (d *demo) proved(format string, args ...any) {
	d.say("ok: "+format, args...)
}

func (d *demo) sayHow() {
	fmt.Fprintf(d.out, `
All of it stays up, and every claim was checked. To look around:

  export KUBECONFIG=%s
  kubectl get kubefedclusters -n %s
%s
  tail -f %s
  go run -C %s . --name %s pause member3     # and: continue member3, status

To take it down:

  go run -C %s . --name %s down
  (the controller ends when it cannot renew its lease; or: kill %d)
`, d.place.kubeconfig(), systemNamespace, d.story.tries, d.place.controllerLog(), d.place.source, sandboxName, d.place.source, sandboxName, d.controller.pid)
}

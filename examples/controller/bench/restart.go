package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fedrail/fedrail/propagation/budget"
)

// restartMembers are how many members hold every object.
const restartMembers = 4

// restart measures what it costs to start the controller when everything is as it
// should be. One process fills the members and ends; the next is measured.
func (b bench) restart(ctx context.Context) error {
	return b.onGround(ctx, restartMembers, func(ctx context.Context, g *ground) error {
		if err := g.furnish(ctx); err != nil {
			return err
		}
		if err := b.controlled(ctx, g, site.fill); err != nil {
			return err
		}
		return b.controlled(ctx, g, site.resume)
	})
}

// fill has the controller carry all objects to all members.
func (s site) fill(ctx context.Context) error {
	if err := s.process.settle(ctx, s.ground); err != nil {
		return err
	}
	d := declarationsOf(s.host, controlled(), s.managed)
	s.say("declaring %d objects", s.managed)
	if err := d.declare(ctx, creating); err != nil {
		return err
	}
	watcher, err := watchHost(ctx, s.ground.host.Config(), d, creating)
	if err != nil {
		return err
	}
	defer watcher.close()
	s.say("carrying them to %d members", len(s.ground.members))
	s.during("carrying them", watcher.far)
	if _, err := s.process.set(ctx, configMaps().Resource, "Enabled"); err != nil {
		return err
	}
	_, err = watcher.wait(ctx)
	return err
}

// resume measures the controller that was just started, until it has looked at
// everything and rests.
func (s site) resume(ctx context.Context) error {
	s.say("started again; %d objects in %d members are as they should be", s.managed, len(s.ground.members))
	l, at, err := s.rest(ctx)
	if err != nil {
		return err
	}
	if err := (checker{s.ground.members}).check(ctx, declarationsOf(s.host, controlled(), s.managed), creating); err != nil {
		return err
	}
	peak, err := s.process.peak()
	count := func(name string, of func(budget.Request) bool) error {
		return s.print(name, float64(l.requests.Only(of).Total()), "requests")
	}
	toMembers := func(r budget.Request) bool { return r.Cluster != hostName && r.Resource != "" }
	isList := func(r budget.Request) bool { return r.Verb == "list" || r.Verb == "watch" }
	return errors.Join(err,
		s.print("restart_seconds", at.Sub(s.process.began).Seconds(), "s"),
		count("restart_member_requests", func(r budget.Request) bool { return toMembers(r) && !isList(r) }),
		count("restart_member_applies", func(r budget.Request) bool { return toMembers(r) && r.Verb == "patch" }),
		count("restart_member_lists", func(r budget.Request) bool { return toMembers(r) && r.Verb == "list" }),
		count("restart_member_watches", func(r budget.Request) bool { return toMembers(r) && r.Verb == "watch" }),
		count("restart_host_writes", func(r budget.Request) bool { return r.Cluster == hostName && costs(r) && r.Write() }),
		s.print("restart_cpu", l.processor.Seconds(), "s"),
		s.print("restart_peak", peak, "MiB"),
	)
}

// quiet is how long a controller does nothing when it is taken to rest, longer
// than it ever pauses amid its work.
const quiet = 4 * time.Second

// rest waits until the controller has looked at every object for every member and
// does nothing more. Until it serves metrics, it has done nothing. It returns what was done, and when the last of it was.
func (s site) rest(ctx context.Context) (labour, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * pollPeriod)
	defer tick.Stop()
	var last labour
	since := time.Now()
	for {
		now, err := s.process.labour(ctx)
		if err != nil || !now.same(last) || now.waiting > 0 || !now.covers(len(s.ground.members), s.managed) {
			last, since = now, time.Now()
		}
		s.during("looking at what is there", last.far)
		if time.Since(since) > quiet {
			return last, since, nil
		}
		select {
		case <-ctx.Done():
			return labour{}, since, errors.Join(err, fmt.Errorf("%w before the controller came to rest: %s", ctx.Err(), last.far()))
		case <-tick.C:
		}
	}
}

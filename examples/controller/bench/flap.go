package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fedrail/fedrail/propagation/budget"
)

// dns measures what it costs to publish other names when one of many clusters fails,
// and returns. The clusters and what is exposed in them are in the memory of this
// process; the host, with all records and DNSEndpoints, is an API server.
func (b bench) dns(ctx context.Context) error {
	return b.onGround(ctx, 0, func(ctx context.Context, g *ground) error {
		n, err := newNaming(ctx, b, g)
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancelCause(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer stop(nil)
		running.Go(func() { n.seen.watch(ctx) })
		running.Go(func() { stop(n.controller.Start(ctx)) })
		return n.flaps(ctx)
	})
}

// flaps has a cluster fail and return, again and again.
func (n *naming) flaps(ctx context.Context) error {
	n.say("publishing %d records in %d clusters", n.services, len(n.clusters))
	if err := n.await(ctx, true); err != nil {
		return err
	}
	now, err := n.still(ctx, true)
	if err != nil {
		return err
	}
	all := map[bool][]flap{} // by whether the cluster is ready then
	for i := range n.rounds {
		for _, ready := range []bool{false, true} {
			n.say("flap %d of %d, the first cluster is ready: %t", i+1, n.rounds, ready)
			var f flap
			if f, now, err = n.flap(ctx, now, ready); err != nil {
				return err
			}
			all[ready] = append(all[ready], f)
		}
	}
	short, err := n.shortFlap(ctx)
	return errors.Join(err, n.tell("dns_flap", all[false]), n.tell("dns_return", all[true]),
		n.print("dns_short_flap_writes", float64(short), "writes"))
}

// flap is what a failure, or a return, has cost.
type flap struct {
	seconds, endpoints, statuses float64 // writes for each that changed
	processor                    float64 // µs for each record
}

// flap has the first cluster be ready, or not be so for so long that records do not
// keep it, and waits until every DNSEndpoint is right. Before is what was there, and
// the view what is there afterwards.
func (n *naming) flap(ctx context.Context, before view, ready bool) (flap, view, error) {
	made := n.counter.Requests()
	spent, err := ownTime()
	if err != nil {
		return flap{}, view{}, err
	}
	began := time.Now()
	n.turn(ready, began.Add(-kept))
	if err := n.await(ctx, ready); err != nil {
		return flap{}, view{}, err
	}
	f := flap{seconds: time.Since(began).Seconds()}
	if err := n.rest(ctx); err != nil {
		return flap{}, view{}, err
	}
	made = n.counter.Requests().Since(made)
	after, err := ownTime()
	if err != nil {
		return flap{}, view{}, err
	}
	f.processor = float64((after - spent).Microseconds()) / float64(n.services)
	now, err := n.verified(ctx, ready)
	f.endpoints = float64(writes(made, "dnsendpoints")) / float64(differing(before.answers, now.answers))
	f.statuses = float64(writes(made, "servicednsrecords")) / float64(differing(before.statuses, now.statuses))
	return f, now, err
}

// turn has the first cluster be ready, or not be so since a time.
func (n *naming) turn(ready bool, since time.Time) {
	c := n.clusters[0]
	c.Turned = time.Now()
	if !ready {
		c.Ready, c.Turned, c.Message = false, since, "no answer"
	}
	n.members.Put(c)
}

// writes are those of a resource; of any if it is empty.
func writes(made budget.Requests, resource string) int {
	return made.Only(func(r budget.Request) bool { return r.Write() && (resource == "" || r.Resource == resource) }).Total()
}

// shortFlap is how many writes of whatever it costs when the first cluster is away
// for a second, for which records keep it.
func (n *naming) shortFlap(ctx context.Context) (int, error) {
	n.say("the first cluster is away for a second")
	made := n.counter.Requests()
	n.turn(false, time.Now())
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-time.After(time.Second):
	}
	n.turn(true, time.Now())
	_, err := n.still(ctx, true)
	return writes(n.counter.Requests().Since(made), ""), err
}

// tell prints the medians of the flaps.
func (n *naming) tell(name string, all []flap) error {
	figure := func(suffix, unit string, of func(flap) float64) error {
		var values []float64
		for _, f := range all {
			values = append(values, of(f))
		}
		return n.print(name+suffix, median(values), unit)
	}
	return errors.Join(
		figure("_seconds", "s", func(f flap) float64 { return f.seconds }),
		figure("_writes_ratio", "writes/change", func(f flap) float64 { return f.endpoints }),
		figure("_status_ratio", "writes/change", func(f flap) float64 { return f.statuses }),
		figure("_cpu", "µs/record", func(f flap) float64 { return f.processor }),
	)
}

// still is everything that is there when nothing is sent any more.
func (n *naming) still(ctx context.Context, ready bool) (view, error) {
	if err := n.rest(ctx); err != nil {
		return view{}, err
	}
	return n.verified(ctx, ready)
}

// verified is everything that is there. What is not as it should be is an error.
func (n *naming) verified(ctx context.Context, ready bool) (view, error) {
	v, err := n.look(ctx)
	return v, errors.Join(err, n.check(v, ready))
}

// rest waits until nothing is sent for a while, longer than the controller pauses
// amid its work.
func (n *naming) rest(ctx context.Context) error {
	last, since := n.counter.Requests().Total(), time.Now()
	for time.Since(since) < quiet/2 {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(5 * pollPeriod):
		}
		if now := n.counter.Requests().Total(); now != last {
			last, since = now, time.Now()
		}
	}
	return nil
}

// await waits until every DNSEndpoint is as it should be while the first cluster is
// ready, or not.
func (n *naming) await(ctx context.Context, ready bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	all := n.seen.want(n.wanted[ready])
	n.during("publishing", n.seen.far)
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", n.seen.far(), context.Cause(ctx))
	case <-all:
		return nil
	}
}

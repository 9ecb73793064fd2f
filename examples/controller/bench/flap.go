package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fedrail/fedrail/propagation/budget"
)

// flapping are the clusters that every Service is in; one of them flaps.
const flapping = 20

// dns measures what it costs to publish other names when one cluster of twenty
// fails, and returns. The members and what is exposed in them are in the memory of
// this process; the host, with all records and DNSEndpoints, is an API server.
func (b bench) dns(ctx context.Context) error {
	return b.onGround(ctx, 0, func(ctx context.Context, g *ground) error {
		n, err := newNaming(ctx, b, g)
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer stop()
		ended := make(chan error, 1)
		running.Go(func() { ended <- n.controller.Start(ctx) })
		running.Go(func() { n.watch(ctx) })
		if err := n.flaps(ctx); err != nil {
			return err
		}
		stop()
		return <-ended
	})
}

// flaps has a cluster fail and return, again and again.
func (n *naming) flaps(ctx context.Context) error {
	n.say("publishing %d records in %d clusters", n.services, flapping)
	n.during("publishing", n.far)
	if err := n.await(ctx, true); err != nil {
		return err
	}
	if _, err := n.rest(ctx); err != nil {
		return err
	}
	var all []flap
	for i := range n.rounds {
		n.during(fmt.Sprintf("flap %d of %d", i+1, n.rounds), n.far)
		for _, ready := range []bool{false, true} {
			f, err := n.flap(ctx, ready)
			if err != nil {
				return err
			}
			all = append(all, f)
		}
	}
	short, err := n.shortFlap(ctx)
	return errors.Join(err, n.tell(all, short))
}

// flap is what a failure, or a return, has cost.
type flap struct {
	seconds           float64
	endpoints, status int // writes
	processor         time.Duration
}

// flap has the cluster be ready, or not, and waits until every DNSEndpoint says so.
func (n *naming) flap(ctx context.Context, ready bool) (flap, error) {
	before, began := n.counter.Requests(), time.Now()
	spent, err := ownTime()
	if err != nil {
		return flap{}, err
	}
	n.members.Put(n.cluster(0))
	if !ready {
		n.members.Put(away(n.cluster(0), began.Add(-kept)))
	}
	if err := n.await(ctx, ready); err != nil {
		return flap{}, err
	}
	f := flap{seconds: time.Since(began).Seconds()}
	after, err := n.rest(ctx)
	if err != nil {
		return flap{}, err
	}
	now, err := ownTime()
	f.processor = now - spent
	f.endpoints, f.status = writesOf(after.Since(before))
	return f, err
}

// writesOf are the writes of DNSEndpoints, and of the statuses of records.
func writesOf(made budget.Requests) (endpoints, status int) {
	of := func(resource string) int {
		return made.Only(func(r budget.Request) bool { return r.Resource == resource && r.Write() }).Total()
	}
	return of("dnsendpoints"), of("servicednsrecords")
}

// shortFlap is how many writes it costs when the cluster is away for a second, which
// is less than the records keep it for.
func (n *naming) shortFlap(ctx context.Context) (int, error) {
	before := n.counter.Requests()
	n.members.Put(away(n.cluster(0), time.Now()))
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(time.Second):
	}
	n.members.Put(n.cluster(0))
	after, err := n.rest(ctx)
	endpoints, status := writesOf(after.Since(before))
	return endpoints + status, err
}

func (n *naming) tell(all []flap, short int) error {
	median := func(of func(flap) float64) float64 {
		var values []float64
		for _, f := range all {
			values = append(values, of(f))
		}
		return median(values)
	}
	records := float64(n.services)
	return errors.Join(
		n.print("dns_flap_seconds", median(func(f flap) float64 { return f.seconds }), "s"),
		n.print("dns_flap_writes_ratio", median(func(f flap) float64 { return float64(f.endpoints) / records }), "writes/record"),
		n.print("dns_flap_status_ratio", median(func(f flap) float64 { return float64(f.status) / records }), "writes/record"),
		n.print("dns_flap_cpu", median(func(f flap) float64 { return float64(f.processor.Microseconds()) / records }), "µs/record"),
		n.print("dns_short_flap_writes", float64(short), "writes"),
	)
}

// rest waits until nothing is sent for a while, and returns what was sent so far.
func (n *naming) rest(ctx context.Context) (budget.Requests, error) {
	last, since := n.counter.Requests(), time.Now()
	for time.Since(since) < quiet/2 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * pollPeriod):
		}
		if now := n.counter.Requests(); now.Total() != last.Total() {
			last, since = now, time.Now()
		}
	}
	return last, nil
}

// await waits until every DNSEndpoint is as it should be while the first cluster is
// ready, or not.
func (n *naming) await(ctx context.Context, ready bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if n.right(ready) == n.services {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d DNSEndpoints are right: %w", n.right(ready), n.services, context.Cause(ctx))
		case <-time.After(pollPeriod):
		}
	}
}

// right is how many DNSEndpoints are as they should be.
func (n *naming) right(ready bool) (all int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.services {
		if slices.Equal(n.seen[i], n.want(i, ready)) {
			all++
		}
	}
	return all
}

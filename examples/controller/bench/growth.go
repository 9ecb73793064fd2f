package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/status"
)

const (
	// spread is how many members every object is placed in, by name.
	spread = 3
	// batch is how many objects are changed in one round.
	batch = 2000
)

// growth measures what a change of an object costs in a federation of 10, of 100
// and of 1,000 members. The object is in three of them: the others, and what they
// hold, have nothing to do with it, and should not cost anything. Members are in
// the memory of this process, so that only our own work counts; the cost is the
// time that the process computes.
func (b bench) growth(ctx context.Context) error {
	cost := map[int]float64{}
	for _, members := range []int{10, 100, 1000} {
		crowd, err := newCrowd(members, b.managed)
		if err != nil {
			return err
		}
		b.say("changing %d of %d objects, members: %d, %d rounds", min(batch, b.managed), b.managed, members, b.rounds)
		costs, err := crowd.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("with members: %d: %w", members, err)
		}
		cost[members] = median(costs)
		if err := b.print(fmt.Sprintf("growth_cost_%d", members), cost[members], "µs/change"); err != nil {
			return err
		}
	}
	return errors.Join(
		b.print("growth_100_over_10", cost[100]/cost[10], "ratio"),
		b.print("growth_1000_over_10", cost[1000]/cost[10], "ratio"))
}

// crowd is a federation in the memory of this process.
type crowd struct {
	members    int
	keys       []propagation.Key
	intents    memory.Intents
	controller *propagation.Controller
}

func newCrowd(members, objects int) (*crowd, error) {
	c := &crowd{members: members, keys: make([]propagation.Key, objects)}
	registry := federation.NewMembers()
	for i := range members {
		registry.Put(federation.Cluster{Name: member(i), Ready: true})
	}
	for i := range c.keys {
		c.keys[i] = hoarded(i)
		c.declare(i, creating)
	}
	var err error
	c.controller, err = propagation.New(propagation.Options{
		Registry: registry, Source: &c.intents, Ledger: &c.intents, Propagator: &memory.Propagator{},
	})
	return c, err
}

func member(i int) federation.ClusterName {
	return federation.ClusterName(fmt.Sprintf("member-%04d", i))
}

// declare says what the i-th object is like in a phase, in its three members.
func (c *crowd) declare(i int, p phase) {
	in := propagation.Intent{Key: c.keys[i], Parent: types.UID(fmt.Sprintf("parent-%029d", i)), Template: inMemory(p)}
	for k := range spread {
		in.Placement.Want.Clusters = append(in.Placement.Want.Clusters, member((i*spread+k)%c.members))
	}
	c.intents.Declare(in)
}

// measure runs the controller and returns what a change costs, round by round.
func (c *crowd) measure(ctx context.Context, b bench) ([]float64, error) {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.controller.Start(ctx) }()
	costs, err := c.rounds(ctx, b)
	stop()
	return costs, errors.Join(err, <-ended)
}

func (c *crowd) rounds(ctx context.Context, b bench) ([]float64, error) {
	b.during("carrying the objects", nil)
	if err := c.await(ctx, c.keys, 1); err != nil {
		return nil, err
	}
	var costs []float64
	for round := range b.rounds {
		b.during(fmt.Sprintf("changing objects, round %d of %d", round+1, b.rounds), nil)
		cost, err := c.round(ctx, int64(round)+2)
		if err != nil {
			return nil, err
		}
		costs = append(costs, cost)
	}
	return costs, nil
}

// round changes a batch of the objects, and returns the µs of each change.
func (c *crowd) round(ctx context.Context, generation int64) (float64, error) {
	keys := c.keys[:min(batch, len(c.keys))]
	runtime.GC()
	before, err := ownTime()
	if err != nil {
		return 0, err
	}
	p := []phase{creating, updating}[(generation+1)%2] // the first were created
	for i := range keys {
		c.declare(i, p)
	}
	if err := c.await(ctx, keys, generation); err != nil {
		return 0, err
	}
	after, err := ownTime()
	return float64((after-before)/time.Microsecond) / float64(len(keys)), err
}

// await waits until all of a generation is in all members.
func (c *crowd) await(ctx context.Context, keys []propagation.Key, generation int64) error {
	for _, key := range keys {
		arrived := func(s status.Summary) bool { return s.Generation == generation && fine(s, spread) }
		if err := c.intents.Await(ctx, key, arrived); err != nil {
			return err
		}
	}
	return nil
}

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
	// batch is how many objects are changed in one turn.
	batch = 2000
	// turns are for each round that was asked for.
	turns = 5
)

// growth measures what a change of an object costs in a federation of 10, of 100
// and of 1,000 members. The object is in three of them: the others, and what they
// hold, have nothing to do with it, and should not cost anything. Members are in
// the memory of this process, so that only our own work counts; the cost is the
// time that the process computes. The three take turns, several for each round
// that was asked for: a turn takes half a second, in which anything may happen.
func (b bench) growth(ctx context.Context) error {
	sizes := []int{10, 100, 1000}
	b.say("changing %d of %d objects in turns, members: %v, %d turns each", min(batch, b.managed), b.managed, sizes, turns*b.rounds)
	costs, err := b.takeTurns(ctx, sizes)
	if err != nil {
		return err
	}
	for i, members := range sizes {
		if err := b.print(fmt.Sprintf("growth_cost_%d", members), median(costs[i]), "µs/change"); err != nil {
			return err
		}
	}
	return errors.Join(
		b.print("growth_100_over_10", median(costs[1])/median(costs[0]), "ratio"),
		b.print("growth_1000_over_10", median(costs[2])/median(costs[0]), "ratio"))
}

// takeTurns returns what a change costs in a federation of each size, turn by
// turn.
func (b bench) takeTurns(ctx context.Context, sizes []int) ([][]float64, error) {
	var crowds []*crowd
	for _, members := range sizes {
		c, err := newCrowd(members, b.managed)
		if err != nil {
			return nil, err
		}
		crowds = append(crowds, c)
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, len(crowds))
	for _, c := range crowds {
		go func() { ended <- c.controller.Start(ctx) }()
	}
	costs, err := b.turns(ctx, crowds)
	stop()
	for range crowds {
		err = errors.Join(err, <-ended)
	}
	return costs, err
}

func (b bench) turns(ctx context.Context, crowds []*crowd) ([][]float64, error) {
	for _, c := range crowds {
		b.during(fmt.Sprintf("carrying the objects, members: %d", c.members), nil)
		if err := c.await(ctx, c.keys, 1); err != nil {
			return nil, fmt.Errorf("with members: %d: %w", c.members, err)
		}
	}
	costs := make([][]float64, len(crowds))
	for turn := range turns * b.rounds {
		b.during(fmt.Sprintf("changing objects, turn %d of %d", turn+1, turns*b.rounds), nil)
		for i, c := range crowds {
			cost, err := c.change(ctx, int64(turn)+2)
			if err != nil {
				return nil, fmt.Errorf("with members: %d: %w", c.members, err)
			}
			costs[i] = append(costs[i], cost)
		}
	}
	return costs, nil
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

// change changes a batch of the objects, and returns the µs of each change.
func (c *crowd) change(ctx context.Context, generation int64) (float64, error) {
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

package propagation

import (
	"context"
	"sync"
	"time"
)

// serve works off the queue of one cluster, as many objects at a time as the
// cluster can take.
func (c *Controller) serve(ctx context.Context, l *lane) {
	var underWay sync.WaitGroup
	defer underWay.Wait()
	room := make(chan struct{}, c.Writers)
	for {
		key, quit := l.queue.Get()
		if quit {
			return
		}
		room <- struct{}{}
		underWay.Go(func() {
			defer func() { <-room }()
			l.queue.one(ctx, key, func(ctx context.Context, k Key) error { return c.carryAtPace(ctx, l, k) })
		})
	}
}

// carryAtPace waits for its turn first.
func (c *Controller) carryAtPace(ctx context.Context, l *lane, key Key) error {
	gate := c.Pace.of(l.name)
	if !gate.enter(ctx) {
		return nil
	}
	began := time.Now()
	e, err := c.carry(ctx, l, key)
	gate.leave(e, began)
	return err
}

// effortOf is that of an outcome; what is so already says nothing of the cluster.
func effortOf(out Outcome) effort {
	if out.Action == Applied || out.Action == Removing {
		return served
	}
	return none
}

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
			l.queue.one(ctx, key, turn{
				look:   func(ctx context.Context, k Key) error { return c.carryAtPace(ctx, l, k) },
				failed: l.queue.again,
			})
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

// rouse is how long to wait before what waits in vain is woken: many may recover
// at once.
const rouse = 200 * time.Millisecond

// wakeSoon has everything be tried again that a cluster did not do for reasons of
// its own, whatever the back-off: something can be done there again.
func (c *Controller) wakeSoon(l *lane) {
	if !l.waking.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(rouse, func() {
		l.waking.Store(false)
		c.wakeIn(l, func(o *object) bool { return o.waitsInVain(l.name) })
	})
}

// tryOutEvery is how often one object is tried while a cluster does nothing for
// reasons of its own.
const tryOutEvery = time.Second

// tryOut has one of the objects that wait in vain be tried before its back-off
// ends, so that it is seen soon when something can be done again.
func (l *lane) tryOut(key Key) {
	if !l.trying.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(tryOutEvery, func() {
		l.trying.Store(false)
		l.queue.Add(key)
	})
}

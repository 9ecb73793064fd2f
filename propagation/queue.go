package propagation

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"
)

// queue holds keys to look at again. A key is in work at most once at a time,
// and one that is added while in work is looked at again afterwards.
type queue struct {
	workqueue.TypedRateLimitingInterface[Key]
}

func (c *Controller) newQueue(name string) queue {
	if c.Name != "" {
		name = c.Name + "/" + name
	}
	return queue{workqueue.NewTypedRateLimitingQueueWithConfig(
		workqueue.NewTypedItemExponentialFailureRateLimiter[Key](c.Backoff, c.MaxBackoff),
		workqueue.TypedRateLimitingQueueConfig[Key]{Name: name, MetricsProvider: c.Metrics},
	)}
}

// each looks at one key after the other until the queue is shut down.
func (q queue) each(ctx context.Context, look func(context.Context, Key) error) {
	for {
		key, quit := q.Get()
		if quit {
			return
		}
		q.one(ctx, key, turn{look: look, failed: q.againWhenAnswered})
	}
}

// turn is what to do with a key, and what when that failed.
type turn struct {
	look   func(context.Context, Key) error
	failed func(context.Context, Key, error)
}

// one looks at a key. Only here are errors logged.
func (q queue) one(ctx context.Context, key Key, t turn) {
	defer q.Done(key)
	if ctx.Err() != nil {
		return
	}
	err := t.look(ctx, key)
	if err == nil {
		q.Forget(key)
		return
	}
	if ctx.Err() != nil {
		return
	}
	log := logr.FromContextOrDiscard(ctx)
	if p, explains := errors.AsType[*Problem](err); explains {
		log = log.WithValues("state", p.State)
	}
	log.Info("trying again later", "namespace", key.Namespace, "name", key.Name, "reason", err.Error())
	t.failed(ctx, key, err)
}

// silenceRest is how long a worker rests that got no answer from the host. Nobody
// gets one then: so it is the workers that wait, however many keys there are, and
// not each key for longer and longer.
const silenceRest = 500 * time.Millisecond

// againWhenAnswered is again, but for a key for which there was no answer at all:
// that is looked at after a rest.
func (q queue) againWhenAnswered(ctx context.Context, key Key, err error) {
	if !isSilence(err) {
		q.again(ctx, key, err)
		return
	}
	q.Add(key)
	select {
	case <-ctx.Done():
	case <-time.After(silenceRest):
	}
}

// isSilence says of an error that there was no answer at all.
func isSilence(err error) bool {
	_, silence := errors.AsType[net.Error](err)
	return silence
}

// again looks at a key again when its error says, or after a back-off.
func (q queue) again(_ context.Context, key Key, err error) {
	if p, explains := errors.AsType[*Problem](err); explains && p.After > 0 {
		q.AddAfter(key, p.After)
		return
	}
	q.AddRateLimited(key)
}

package preference

import (
	"context"
	"errors"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/scheduling/capacity"
)

// queue holds the preferences to look at again. One is in work at most once at a
// time.
type queue = workqueue.TypedRateLimitingInterface[propagation.Key]

func newQueue(metrics workqueue.MetricsProvider) queue {
	const least, most = 200 * time.Millisecond, time.Minute
	return workqueue.NewTypedRateLimitingQueueWithConfig(
		workqueue.NewTypedItemExponentialFailureRateLimiter[propagation.Key](least, most),
		workqueue.TypedRateLimitingQueueConfig[propagation.Key]{Name: preferences().Resource, MetricsProvider: metrics})
}

// work looks at one preference after the other until the queue is shut down.
func (c *Controller) work(ctx context.Context) {
	for {
		key, quit := c.queue.Get()
		if quit {
			return
		}
		if ctx.Err() == nil {
			c.one(ctx, key)
		}
		c.queue.Done(key)
	}
}

const (
	// unseenPause is when to look again at what is about to be known.
	unseenPause = 500 * time.Millisecond
	// unsettledPause is when to look again at what is under way, at the latest.
	unsettledPause = 5 * time.Second
	// refusedPause is when to try again what the host refused to write.
	refusedPause = 30 * time.Second
	// shortestPause is when to look again at the earliest because of the time.
	shortestPause = time.Second
)

// one looks at a preference. Only here are errors logged, and only here retried.
func (c *Controller) one(ctx context.Context, key propagation.Key) {
	switch err := c.look(ctx, key); {
	case err == nil:
		c.queue.Forget(key)
	case ctx.Err() != nil, errors.Is(err, errNotListed): // it is looked at when that is listed
	case errors.Is(err, errNotSeen):
		c.queue.AddAfter(key, unseenPause)
	case apierrors.IsConflict(err): // somebody else was quicker; his change is about to be seen
		c.queue.AddRateLimited(key)
	default:
		logr.FromContextOrDiscard(ctx).Info("trying again later", "namespace", key.Namespace, "name", key.Name, "reason", err.Error())
		c.queue.AddRateLimited(key)
	}
}

// look is the whole path of one preference. It writes at most twice: what the
// federated object should say, and the status.
func (c *Controller) look(ctx context.Context, key propagation.Key) error {
	object, found := c.preferences.Get(key.String())
	if !found {
		c.release(key)
		if err := c.leave(ctx, key, federation.Type{}); err != nil {
			return err
		}
		c.memory.forget(key)
		return nil
	}
	p, err := read(object)
	if err != nil {
		return err
	}
	mind := c.memory.of(key)
	if mind.unkept != nil {
		p.Status = *mind.unkept
	}
	switch {
	case mind.isBehind(p):
		return nil // it is looked at when what was written is seen
	case p.DeletionTimestamp != nil:
		c.release(key)
		return c.end(ctx, p)
	}
	if wrote, err := c.claim(ctx, p); wrote || err != nil {
		return err
	}
	err = c.schedule(ctx, p)
	if t, inTrouble := errors.AsType[*trouble](err); inTrouble {
		return c.lament(ctx, p, t)
	}
	return err
}

// lament tells of trouble. Who mends it changes something that is watched, but for
// what the host refuses.
func (c *Controller) lament(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference, t *trouble) error {
	key := propagation.KeyOf(p)
	c.release(key)
	if t.reason == v1alpha1.NotWritten {
		c.queue.AddAfter(key, refusedPause)
	}
	return c.tell(ctx, p, t.status(p))
}

// schedule reads, asks, decides, writes and tells.
func (c *Controller) schedule(ctx context.Context, p *v1alpha1.ReplicaSchedulingPreference) error {
	s, err := c.subject(ctx, p)
	if err != nil {
		return err
	}
	key := s.key()
	if c.memory.of(key).isBehind(s.object) {
		return nil
	}
	q, err := c.ask(ctx, s, time.Now().UTC().Truncate(time.Second))
	if err != nil {
		return err
	}
	o, err := decide(ctx, s, q)
	if err != nil {
		return err
	}
	w, err := o.wish(ctx)
	if err != nil {
		return err
	}
	kind := s.config.Spec.FederatedType.Type()
	c.memory.mark(key, kind)
	if err := c.leave(ctx, key, kind); err != nil {
		return err
	}
	if err := c.amend(ctx, kind, s.declared, s.editOf(w)); err != nil {
		return err
	}
	if err := c.tell(ctx, p, o.status()); err != nil {
		return err
	}
	c.lookLater(o)
	return nil
}

// lookLater has an outcome looked at again when time may change it.
func (c *Controller) lookLater(o outcome) {
	o.by(o.Next)
	if !o.Settled {
		o.by(o.Now.Add(unsettledPause))
	}
	if !o.again.IsZero() {
		due := o.again.Add(time.Second - time.Nanosecond).Truncate(time.Second) // times are whole seconds
		c.queue.AddAfter(o.key(), max(time.Until(due), shortestPause))
	}
}

// release has no pods watched for a preference any more.
func (c *Controller) release(key propagation.Key) {
	if c.Pods == nil {
		return
	}
	c.Pods.Release(followingKey(key.String(), capacity.Following{}))
	c.Pods.Release(followingKey(key.String(), capacity.Following{Nodes: true}))
}

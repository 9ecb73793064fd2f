package externaldns

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// queue holds the records to look at again. One is in work at most once at a time.
type queue = workqueue.TypedRateLimitingInterface[id]

func newQueue(metrics workqueue.MetricsProvider) queue {
	const least, most = 200 * time.Millisecond, time.Minute
	return workqueue.NewTypedRateLimitingQueueWithConfig(
		workqueue.NewTypedItemExponentialFailureRateLimiter[id](least, most),
		workqueue.TypedRateLimitingQueueConfig[id]{Name: "dnsrecords", MetricsProvider: metrics})
}

// work looks at one record after the other until the queue is shut down.
func (c *Controller) work(ctx context.Context) {
	for {
		i, quit := c.queue.Get()
		if quit {
			return
		}
		if ctx.Err() == nil {
			c.one(ctx, i)
		}
		c.queue.Done(i)
	}
}

const (
	// unseenPause is when to look again at what is not seen yet.
	unseenPause = time.Second
	// refusedPause is when to try again what the host refused to write.
	refusedPause = 30 * time.Second
)

// errNotSeen says that what was written last, or what is there, is about to be seen.
var errNotSeen = errors.New("not seen yet")

// one looks at a record. Only here are errors logged, and only here retried.
func (c *Controller) one(ctx context.Context, i id) {
	switch err := c.look(ctx, i); {
	case err == nil, errors.Is(err, errNotListed): // it is looked at when that is listed
		c.queue.Forget(i)
	case ctx.Err() != nil:
	case errors.Is(err, errNotSeen):
		c.queue.AddAfter(i, unseenPause)
	case apierrors.IsConflict(err): // somebody else was quicker; his change is about to be seen
		c.queue.AddRateLimited(i)
	default:
		logr.FromContextOrDiscard(ctx).Info("trying again later", "type", string(i.Kind), "namespace", i.Namespace, "name", i.Name, "reason", err.Error())
		c.queue.AddRateLimited(i)
	}
}

// look is the whole path of one record. It writes at most twice: the DNSEndpoint,
// and the status of the record.
func (c *Controller) look(ctx context.Context, i id) error {
	if !c.records[i.Kind].HasSynced() {
		return errNotListed // one that is not seen may be there
	}
	k := c.kindOf(i)
	object, found := c.records[i.Kind].Get(i.key())
	if !found || object.GetDeletionTimestamp() != nil {
		return c.leave(ctx, k, i)
	}
	e, err := k.read(object)
	if err != nil {
		return err
	}
	if c.memory.isBehind(object) {
		return nil // it is looked at when what was written is seen
	}
	o, err := c.publish(ctx, e)
	if t, inTrouble := errors.AsType[*trouble](err); inTrouble {
		return c.lament(ctx, e, t)
	}
	if err != nil {
		return err
	}
	if err := c.tell(ctx, e, o.status()); err != nil {
		return err
	}
	c.lookLater(o)
	return nil
}

// publish reads, decides and writes the DNSEndpoint. What cannot be decided changes
// nothing.
func (c *Controller) publish(ctx context.Context, e entry) (outcome, error) {
	q, err := c.ask(e, time.Now().UTC())
	if err != nil {
		return outcome{}, err
	}
	o := q.decide()
	if err := o.build(ctx, c.lookups); err != nil {
		return outcome{}, err
	}
	names := c.namesOf(e, o.Records)
	c.claimAll(e, append(c.claims.wanted(e.id()), names...)) // what it had is its own until that is not published any more
	o.yield(func(name string) (id, bool) { return c.claims.takenFrom(e.id(), name) })
	if err := c.write(ctx, o); err != nil {
		return outcome{}, err
	}
	c.claimAll(e, names)
	c.noteSent(o)
	return o, nil
}

// noteSent notes to which clusters a record sends clients.
func (c *Controller) noteSent(o outcome) {
	to := map[federation.ClusterName]bool{}
	for _, site := range o.Sites {
		if site.Serves() {
			to[site.Cluster] = true
		}
	}
	c.sent.note(o.id(), to, c.remembered(o.entry), time.Now())
}

// remembered is for how long clients may be sent where a record does not send them any
// more.
func (c *Controller) remembered(e entry) time.Duration {
	return c.PublishTime + time.Duration(cmp.Or(e.RecordTTL, dns.DefaultTTL))*time.Second
}

// lament tells of trouble. What is published stays as it is. Who mends it changes
// something that is watched, but for what the host refuses.
func (c *Controller) lament(ctx context.Context, e entry, t *trouble) error {
	if t.reason == v1alpha1.NotWritten {
		c.queue.AddAfter(e.id(), refusedPause)
	}
	return c.tell(ctx, e, t.status(e.status))
}

// leave lets go of a record that is about to go, or gone. Its DNSEndpoint goes with
// it, whether this controller runs or not, for it belongs to it.
func (c *Controller) leave(ctx context.Context, k kind, i id) error {
	c.Exposures.Release(i.String())
	c.lookups.release(i)
	c.lookAtThese(c.claims.set(i, claimant{}, nil))
	c.sent.note(i, nil, 0, time.Now())
	return c.sweep(ctx, k, i)
}

// lookAtThese has records looked at.
func (c *Controller) lookAtThese(all []id) {
	for _, i := range all {
		c.queue.Add(i)
	}
}

// lookLater has an outcome looked at again when time may change it.
func (c *Controller) lookLater(o outcome) {
	for _, next := range []time.Time{o.Next, o.leaving} {
		if !next.IsZero() {
			c.queue.AddAfter(o.id(), max(time.Until(next), time.Second))
		}
	}
}

// ExposureChanged has the record looked at of what is exposed in another way in a
// cluster than before. It may be called at any time, concurrently.
func (c *Controller) ExposureChanged(_ federation.ClusterName, s exposure.Subject) {
	if !isClosed(c.started) {
		return // all are looked at then
	}
	for _, k := range c.kinds {
		if k.exposes == s.Kind {
			c.lookIfThere(id{Kind: k.Kind, Namespace: s.Namespace, Name: s.Name})
		}
	}
}

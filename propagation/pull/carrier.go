package pull

import (
	"context"
	"errors"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// carrier carries the objects of some bundles into the member. A type that the
// member does not serve is the trouble of its own carrier.
type carrier struct {
	agent *Agent
	how   carriage
	push  *push.Propagator
	queue workqueue.TypedRateLimitingInterface[propagation.Key]
	stop  context.CancelFunc
	began time.Time
}

// self is the federation as an agent sees it: one member, its own.
type self struct {
	*federation.Members
	config *rest.Config
}

// Config implements [push.Clusters].
func (s self) Config(federation.ClusterName) (*rest.Config, error) {
	return rest.CopyConfig(s.config), nil
}

func (a *Agent) newCarrier(how carriage) (*carrier, error) {
	members := federation.NewMembers(federation.Cluster{Name: a.Cluster, Ready: true})
	p, err := push.New(push.Options{
		Clusters: self{members, a.Member}, Type: how.kind,
		FieldManager: how.fieldManager, Adoption: how.adoption, Collection: how.collection, Judge: a.judge(how), Logger: a.Logger,
	})
	if err != nil {
		return nil, err
	}
	return &carrier{agent: a, how: how, push: p, began: time.Now(), queue: workqueue.NewTypedRateLimitingQueue(
		workqueue.NewTypedItemExponentialFailureRateLimiter[propagation.Key](a.Backoff, a.MaxBackoff))}, nil
}

// run works until ctx ends.
func (c *carrier) run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	defer c.queue.ShutDown()
	for range c.agent.Writers {
		running.Go(func() { each(c.queue, func(key propagation.Key) error { return c.carry(ctx, key) }) })
	}
	if err := c.push.Observe(ctx, c.changed); err != nil {
		c.agent.Logger.Error(err, "cannot watch the member", "type", c.how.kind.String())
	}
	<-ctx.Done()
}

// changed is told of what happens in the member: drift is set right at once.
func (c *carrier) changed(change propagation.Change) {
	if change.Key != (propagation.Key{}) {
		c.queue.Add(change.Key)
		return
	}
	for _, key := range c.agent.inbox.all(c.how) {
		c.queue.Forget(key)
		c.queue.Add(key)
	}
}

// carry does what is asked about one key, and notes the answer. An error is what
// to try again because of, after a while.
func (c *carrier) carry(ctx context.Context, key propagation.Key) error {
	j, known := c.agent.inbox.find(c.how, key)
	if !known || ctx.Err() != nil {
		return nil
	}
	out, err := c.attempt(ctx, j)
	if ctx.Err() != nil {
		return nil
	}
	var news bool
	problem, explains := errors.AsType[*propagation.Problem](err)
	switch {
	case err == nil && j.ask.Hold != nil:
		news = c.agent.inbox.note(j, heldAs(j, out))
	case err == nil:
		news = c.agent.inbox.note(j, removedAs(j, out))
	case explains && c.early(problem):
		c.queue.AddAfter(key, settling)
		return nil
	default:
		news = c.agent.inbox.note(j, failedAs(j, out, err))
	}
	if news {
		c.agent.noted(j, out)
	}
	return c.retry(key, err)
}

func (c *carrier) attempt(ctx context.Context, j job) (propagation.Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, c.agent.Timeout)
	defer cancel()
	if j.ask.Rest {
		return c.lookAt(j)
	}
	if j.ask.Hold == nil {
		return c.push.Remove(ctx, c.agent.Cluster, j.key, removal(j.ask.Remove))
	}
	want, err := j.want()
	if err != nil {
		return propagation.Outcome{}, err
	}
	return c.push.Apply(ctx, c.agent.Cluster, want, holding(j.ask))
}

// want is the object that is to be held.
func (j job) want() (*unstructured.Unstructured, error) {
	want := &unstructured.Unstructured{}
	if err := want.UnmarshalJSON(j.ask.Hold.Object.Raw); err != nil {
		return nil, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "decode the object: %w", err)
	}
	return want, nil
}

// lookAt finds out how a copy fares that is to be left as it is.
func (c *carrier) lookAt(j job) (propagation.Outcome, error) {
	if j.ask.Hold == nil {
		return propagation.Outcome{Action: propagation.Removing}, nil // in time
	}
	want, err := j.want()
	if err != nil {
		return propagation.Outcome{}, err
	}
	sight, err := c.push.View(c.agent.Cluster, want, holding(j.ask))
	ours := sight.Held && sight.Parent == j.ask.Hold.Parent
	switch {
	case err != nil:
		return propagation.Outcome{}, err
	case ours && sight.Wanted:
		return propagation.Outcome{Action: propagation.Unchanged, Status: sight.Status, Vitals: sight.Vitals, Yielded: sight.Yielded}, nil
	}
	p := propagation.Problemf(status.WaitingForResume, propagation.RetryOnChange, "it is left as it is while the object is suspended")
	p.Lacking = !ours
	return propagation.Outcome{Vitals: sight.Vitals}, p
}

// settling is how long a member may take to list its copies before that is
// called trouble.
const settling = 3 * time.Second

// early says of a problem that it is just that the copies are not listed yet.
func (c *carrier) early(p *propagation.Problem) bool {
	unseen := p.State == status.CachedRetrievalFailed || p.State == status.ClientRetrievalFailed
	return unseen && !p.Lacking && time.Since(c.began) < settling
}

// retry returns what is to be tried again after a back-off. What waits for a
// change is not, and what says when by itself is then.
func (c *carrier) retry(key propagation.Key, err error) error {
	problem, explains := errors.AsType[*propagation.Problem](err)
	switch {
	case !explains:
		return err
	case problem.Retry == propagation.RetryOnChange:
		return nil
	case problem.After > 0:
		c.queue.AddAfter(key, problem.After)
		return nil
	}
	return err
}

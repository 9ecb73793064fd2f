package renewal

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

const (
	workers = 4 // a member that does not answer holds no other up for long
	// least and most are the pauses between two tries. From when it is due, the
	// shortest token that there is, of ten minutes, lasts for six tries.
	least, most = 5 * time.Second, 5 * time.Minute
)

// Start renews tokens until ctx ends, and returns nil when all that it started has
// ended. It can be called once.
func (c *Controller) Start(ctx context.Context) error {
	if c.started.Swap(true) {
		return errors.New("renewal: it was started before")
	}
	ctx = logr.NewContext(ctx, c.options.Logger)
	c.queue = workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](least, most))
	if err := c.listen(); err != nil {
		c.queue.ShutDown()
		return err
	}
	var running sync.WaitGroup
	running.Go(func() { c.clusters.RunWithContext(unlogged(ctx)) })
	running.Go(func() { c.secrets.RunWithContext(unlogged(ctx)) })
	if cache.WaitForCacheSync(ctx.Done(), c.clusters.HasSynced, c.secrets.HasSynced) {
		for range workers {
			running.Go(func() { c.work(ctx) })
		}
	}
	<-ctx.Done()
	c.queue.ShutDown()
	running.Wait()
	return nil
}

// unlogged keeps client-go from our logger. At a high verbosity it would write
// whole requests and answers to it, Secrets among them.
func unlogged(ctx context.Context) context.Context { return logr.NewContext(ctx, logr.Discard()) }

// listen has the Secret looked at whenever it, or what refers to it, changes.
func (c *Controller) listen() error {
	_, secretsErr := c.secrets.AddEventHandler(onChange(func(u *unstructured.Unstructured) { c.queue.Add(u.GetName()) }))
	_, clustersErr := c.clusters.AddEventHandler(onChange(func(u *unstructured.Unstructured) { c.queue.Add(secretOf(u)) }))
	return errors.Join(secretsErr, clustersErr)
}

func onChange(changed func(*unstructured.Unstructured)) cache.ResourceEventHandlerFuncs {
	tell := func(obj any) {
		if gone, late := obj.(cache.DeletedFinalStateUnknown); late {
			obj = gone.Obj
		}
		if u, ok := obj.(*unstructured.Unstructured); ok {
			changed(u)
		}
	}
	return cache.ResourceEventHandlerFuncs{AddFunc: tell, UpdateFunc: func(_, now any) { tell(now) }, DeleteFunc: tell}
}

// work looks at what is to be looked at, until the queue is shut down.
func (c *Controller) work(ctx context.Context) {
	for {
		name, over := c.queue.Get()
		if over {
			return
		}
		c.look(ctx, name)
		c.queue.Done(name)
	}
}

package externaldns

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/sources"
)

// Start publishes names until ctx ends, and returns when all that it started has
// ended. It may be called once.
func (c *Controller) Start(ctx context.Context) error {
	ctx = logr.NewContext(ctx, c.Logger)
	var running sync.WaitGroup
	defer running.Wait()
	c.queue, c.told = newQueue(c.Metrics), newDomainQueue()
	c.lookups = newLookups(c.Resolver, c.RefreshPause, c.lookAtThese)
	running.Go(func() { c.lookups.run(ctx) })
	c.startedAt = time.Now()
	close(c.started)
	defer c.told.ShutDown()
	defer c.queue.ShutDown()
	if err := c.listen(); err != nil {
		return err
	}
	for _, s := range c.sources() {
		running.Go(func() { s.Run(ctx) })
		running.Go(func() { c.lookWhenListed(ctx, s) })
	}
	if !sources.Wait(ctx, c.domains, c.configs) {
		return nil
	}
	c.awaitOthers(ctx)
	running.Go(func() { c.federated.Tend(ctx, c.dirty, c.needed) })
	running.Go(func() { c.tellDomains(ctx) })
	begin := sync.OnceFunc(func() {
		close(c.begun)
		for range c.Workers {
			running.Go(func() { c.work(ctx) })
		}
	})
	for range c.Registry.Watch(ctx) { // the first answer comes when the members are known
		begin()
		c.lookAtAll()
	}
	return nil
}

// sources are what is read from the host all the time.
func (c *Controller) sources() []sources.Source {
	all := []sources.Source{c.domains, c.configs, c.endpoints}
	for _, k := range c.kinds {
		all = append(all, c.records[k.Kind])
	}
	return all
}

// startPatience is how long to wait, before the first look, for kinds that the host
// may not know: those of records that came with Fedrail, and that of external-dns.
const startPatience = 5 * time.Second

// awaitOthers waits until all that may be read is, or the host seems not to know
// it.
func (c *Controller) awaitOthers(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, startPatience)
	defer stop()
	sources.Wait(ctx, c.sources()...)
}

// lookWhenListed has all records looked at when all objects of a source are known,
// and those that are gone and left a DNSEndpoint.
func (c *Controller) lookWhenListed(ctx context.Context, s sources.Source) {
	if !sources.Wait(ctx, s) {
		return
	}
	c.again()
	c.lookAtAll()
	for _, o := range c.endpoints.All() {
		c.endpointChanged(o, o)
	}
}

// needed are the federated types that records speak of.
func (c *Controller) needed() map[federation.Type]bool {
	types := map[federation.Type]bool{}
	for _, k := range c.kinds {
		if config, is := c.federatedType(k); is && len(c.records[k.Kind].All()) > 0 {
			types[config.Spec.FederatedType.Type()] = true
		}
	}
	return types
}

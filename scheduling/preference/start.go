package preference

import (
	"context"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/sources"
	"github.com/fedrail/fedrail/propagation"
)

// Start carries out preferences until ctx ends, and returns when all that it
// started has ended. It may be called once.
func (c *Controller) Start(ctx context.Context) error {
	ctx = logr.NewContext(ctx, c.Logger)
	var running sync.WaitGroup
	defer running.Wait()
	c.queue = newQueue(c.Metrics)
	close(c.started)
	defer c.queue.ShutDown()
	if err := c.listen(); err != nil {
		return err
	}
	running.Go(func() { c.preferences.Run(ctx) })
	running.Go(func() { c.configs.Run(ctx) })
	if !sources.Wait(ctx, c.preferences, c.configs) {
		return nil
	}
	running.Go(func() { c.targets.Tend(ctx, c.dirty, c.needed) })
	begin := sync.OnceFunc(func() {
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

// listen has preferences looked at when something changes that they depend on.
func (c *Controller) listen() error {
	err := c.preferences.OnChange(func(before, now *unstructured.Unstructured) {
		if !sources.SameWish(before, now) {
			c.again()
		}
		c.queue.Add(propagation.KeyOf(sources.Either(before, now)))
	})
	if err != nil {
		return err
	}
	return c.configs.OnChange(func(before, now *unstructured.Unstructured) {
		if !sources.SameWish(before, now) {
			c.kinds.forget()
			c.scales.forget()
			c.again()
			c.lookAtAll()
		}
	})
}

// again has it worked out again which types are needed.
func (c *Controller) again() {
	select {
	case c.dirty <- struct{}{}:
	default:
	}
}

// needed are the types that preferences speak of.
func (c *Controller) needed() map[federation.Type]bool {
	types, known := map[federation.Type]bool{}, c.kinds.read(c.configs)
	for _, p := range c.preferences.All() {
		kind, _, _ := unstructured.NestedString(p.Object, "spec", "targetKind")
		config, err := known.find(kind)
		if err != nil {
			continue
		}
		types[config.Spec.FederatedType.Type()] = true
		if within, there := known.namespaces(); there && intersects(p) {
			types[within.Spec.FederatedType.Type()] = true
		}
	}
	return types
}

func intersects(p *unstructured.Unstructured) bool {
	asked, _, _ := unstructured.NestedBool(p.Object, "spec", "intersectWithClusterSelector")
	return asked
}

// lookAtAll has all preferences looked at.
func (c *Controller) lookAtAll() {
	c.lookAtThose(func(*unstructured.Unstructured) bool { return true })
}

func (c *Controller) lookAtThose(concerned func(*unstructured.Unstructured) bool) {
	for _, p := range c.preferences.All() {
		if concerned(p) {
			c.queue.Add(propagation.KeyOf(p))
		}
	}
}

// lookAt has the preferences looked at that a federated object of a type concerns.
func (c *Controller) lookAt(t federation.Type, object *unstructured.Unstructured) {
	key, marked := propagation.KeyOf(object), isMarked(object)
	if marked {
		c.memory.mark(key, t)
	}
	if _, there := c.preferences.Get(key.String()); there || marked {
		c.queue.Add(key)
	}
	if within, there := c.kinds.read(c.configs).namespaces(); there && within.Spec.FederatedType.Type() == t {
		c.lookAtThose(func(p *unstructured.Unstructured) bool { return p.GetNamespace() == key.Namespace && intersects(p) })
	}
}

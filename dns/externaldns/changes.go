package externaldns

import (
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/dns/failover"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/sources"
)

// listen has records looked at when something changes that they depend on.
func (c *Controller) listen() error {
	for _, k := range c.kinds {
		if err := c.records[k.Kind].OnChange(func(before, now *unstructured.Unstructured) { c.recordChanged(k, before, now) }); err != nil {
			return err
		}
	}
	if err := c.domains.OnChange(c.domainChanged); err != nil {
		return err
	}
	if err := c.endpoints.OnChange(c.endpointChanged); err != nil {
		return err
	}
	return c.configs.OnChange(func(before, now *unstructured.Unstructured) {
		if !sources.SameWish(before, now) {
			c.types.forget()
			c.again()
			c.lookAtAll()
		}
	})
}

func (c *Controller) recordChanged(k kind, before, now *unstructured.Unstructured) {
	if !sources.SameWish(before, now) {
		c.claim(k, now)
		c.recall(k, before, now)
		c.again()
		c.domainConcerned(before)
		c.domainConcerned(now)
	}
	c.queue.Add(idOf(k, sources.Either(before, now)))
}

// recall notes to which clusters a record sends clients that is seen for the first
// time. To those that are drained it did, not long ago perhaps.
func (c *Controller) recall(k kind, before, now *unstructured.Unstructured) {
	if before != nil {
		return
	}
	e, err := k.read(now)
	if err != nil {
		return // it is said when it is looked at
	}
	to := map[federation.ClusterName]bool{}
	for name, past := range pastsOf(e.status) {
		if !past.Balancer.IsEmpty() || past.State == failover.Draining {
			to[name] = true
		}
	}
	c.sent.note(e.id(), to, c.remembered(e), time.Now())
}

// domainConcerned has the Domain of a record told how many it has now.
func (c *Controller) domainConcerned(o *unstructured.Unstructured) {
	if o != nil && refOf(o) != "" {
		c.told.AddAfter(refOf(o), domainPause)
	}
}

// domainChanged has all records of a Domain looked at.
func (c *Controller) domainChanged(before, now *unstructured.Unstructured) {
	name := sources.Either(before, now).GetName()
	c.told.AddAfter(name, domainPause)
	if sources.SameWish(before, now) {
		return
	}
	c.lookAtThose(func(k kind, o *unstructured.Unstructured) bool {
		if refOf(o) != name {
			return false
		}
		c.claim(k, o)
		return true
	})
}

func refOf(o *unstructured.Unstructured) string {
	ref, _, _ := unstructured.NestedString(o.Object, "spec", "domainRef")
	return ref
}

// endpointChanged has the record of a DNSEndpoint looked at.
func (c *Controller) endpointChanged(before, now *unstructured.Unstructured) {
	o := sources.Either(before, now)
	for _, k := range c.kinds {
		if name, its := k.recordOf(o.GetName()); its {
			c.queue.Add(id{Kind: k.Kind, Namespace: o.GetNamespace(), Name: name})
		}
	}
}

// federatedChanged has the records looked at that are about a federated object.
func (c *Controller) federatedChanged(t federation.Type, o *unstructured.Unstructured) {
	for _, k := range c.kinds {
		if config, is := c.federatedType(k); is && config.Spec.FederatedType.Type() == t {
			c.lookIfThere(id{Kind: k.Kind, Namespace: o.GetNamespace(), Name: o.GetName()})
		}
	}
}

func (c *Controller) lookIfThere(i id) {
	if _, there := c.records[i.Kind].Get(i.key()); there {
		c.queue.Add(i)
	}
}

func (c *Controller) lookAtAll() {
	c.lookAtThose(func(kind, *unstructured.Unstructured) bool { return true })
}

func (c *Controller) lookAtThose(concerned func(kind, *unstructured.Unstructured) bool) {
	for _, k := range c.kinds {
		for _, o := range c.records[k.Kind].All() {
			if concerned(k, o) {
				c.queue.Add(idOf(k, o))
			}
		}
	}
}

// again has it worked out again which types are needed.
func (c *Controller) again() {
	select {
	case c.dirty <- struct{}{}:
	default:
	}
}

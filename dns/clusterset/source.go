package clusterset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Watch implements [propagation.Source].
func (c *catalogue) Watch(ctx context.Context, changed func(propagation.Key)) error {
	c.mu.Lock()
	c.changed = changed
	for key := range c.declared {
		changed(key)
	}
	c.mu.Unlock()
	<-ctx.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed = nil
	return nil
}

// Get implements [propagation.Source]. What is not declared is to go, once it is
// certain that it is not about to be; the record on a copy tells whether it is ours.
func (c *catalogue) Get(_ context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	if in, declared := c.find(key); declared {
		return in, true, nil
	}
	if c.kind != Imports() && !strings.HasPrefix(key.Name, prefix) {
		return propagation.Intent{}, false, nil // nothing of ours is called so
	}
	c.note(key)
	if c.world.unsettled(key.Namespace) || c.stays(key) {
		return propagation.Intent{}, false, fmt.Errorf("%s %s: %w", c.kind, key, propagation.ErrNotListed)
	}
	c.mu.Lock()
	delete(c.asked, key)
	c.mu.Unlock()
	if in, declared := c.find(key); declared {
		return in, true, nil
	}
	return propagation.Intent{
		Key: key, Parent: parentOf(c.federation, c.kind, key), Deleting: true, Held: true,
		Placement: placement.Request{Want: placement.Placement{Clusters: []federation.ClusterName{}}},
	}, true, nil
}

func (c *catalogue) stays(key propagation.Key) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left[key]
}

// note notes that the loop wants to know of a key.
func (c *catalogue) note(key propagation.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[key] = true
}

// find is the intent of what is declared.
func (c *catalogue) find(key propagation.Key) (propagation.Intent, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.declared[key]
	if d == nil {
		return propagation.Intent{}, false
	}
	return propagation.Intent{
		Key: key, Parent: parentOf(c.federation, c.kind, key), Generation: d.generation, Held: true,
		Template: d.template, Overrides: d.rules, Reported: d.summary, Awaits: d.lacks,
		Placement: placement.Request{Want: placement.Placement{
			Clusters: d.clusters, Tolerations: []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		}},
		Holding: propagation.Holding{Immutable: propagation.Recreate},
	}, true
}

// lacks says what is about to come to a cluster that an object needs there.
func (w wish) lacks(cluster federation.ClusterName) *propagation.Problem {
	if !slices.Contains(w.awaits, cluster) {
		return nil
	}
	return propagation.Problemf(status.CreationTimedOut, propagation.RetryLater, "the derived Service has no address there yet")
}

// Hold implements [propagation.Ledger]: nothing vanishes by itself.
func (c *catalogue) Hold(context.Context, propagation.Intent) error { return nil }

// Report implements [propagation.Ledger].
func (c *catalogue) Report(_ context.Context, in propagation.Intent, s status.Summary) error {
	if service, declared := c.fare(in.Key, s); declared {
		c.world.reported(service)
	}
	return nil
}

// fare notes how an object fares, and says of which service it is.
func (c *catalogue) fare(key propagation.Key, s status.Summary) (service propagation.Key, declared bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.declared[key]
	if d == nil {
		return propagation.Key{}, false
	}
	d.summary = s
	return d.service, true
}

// Release implements [propagation.Ledger]: nothing is kept of what is gone.
func (c *catalogue) Release(context.Context, propagation.Intent) error { return nil }

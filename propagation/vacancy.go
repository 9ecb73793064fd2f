package propagation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fedrail/fedrail/federation"
)

// A Lister is a [Propagator] that knows all the copies in a member.
type Lister interface {
	// Copies are the keys of the copies that were last seen in a cluster, ours and
	// others', in any order. The error says why they are not known.
	Copies(cluster federation.ClusterName) ([]Key, error)
}

// Left are the keys of the objects that may have a copy in a cluster that is
// leaving (see federation.Cluster), in order. None is left when there is none
// and no error. The error says why it is not known.
func (c *Controller) Left(ctx context.Context, name federation.ClusterName) ([]Key, error) {
	member, known := c.lanes.snapshot().Get(name)
	if !known || member.Leaving == "" {
		return nil, fmt.Errorf("cluster %s was not seen to leave yet", name)
	}
	left := map[Key]bool{}
	c.objects.each(func(k Key, o *object) {
		if o.mayBeIn(name) {
			left[k] = true
		}
	})
	if lister, ok := c.Propagator.(Lister); ok {
		copies, err := lister.Copies(name)
		if err != nil {
			return nil, err
		}
		for _, k := range copies {
			ours, err := c.isOurs(ctx, k, name)
			if err != nil {
				return nil, err
			}
			left[k] = left[k] || ours
		}
	}
	maps.DeleteFunc(left, func(_ Key, is bool) bool { return !is })
	return slices.SortedFunc(maps.Keys(left), func(a, b Key) int { return strings.Compare(a.String(), b.String()) }), nil
}

// mayBeIn says whether the cluster was not seen to hold no copy.
func (o *object) mayBeIn(name federation.ClusterName) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	return t != nil && !t.absent
}

// isOurs says of a copy whether it has to go: it is of a declaration of ours, or
// of a former one, and was not found to be another's.
func (c *Controller) isOurs(ctx context.Context, key Key, name federation.ClusterName) (bool, error) {
	_, found, err := c.Source.Get(ctx, key)
	switch {
	case err != nil:
		return false, fmt.Errorf("read %s: %w", key, err)
	case !found && !c.left.any(key):
		return false, nil
	}
	o := c.objects.find(key)
	return o == nil || !o.isAbsent(name), nil
}

func (o *object) isAbsent(name federation.ClusterName) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tasks[name]
	return t != nil && t.absent
}

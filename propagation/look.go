package propagation

import (
	"cmp"
	"iter"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/status"
)

// Picture is how an object is in every cluster, from memory.
type Picture struct {
	Key      Key
	Parent   types.UID // of whatever declares it
	Deleting bool      // no cluster should hold it any more
	// Summary is what a report would say now, of the Generation of the declaration
	// that the clusters are being made to hold. A cluster that has not answered yet
	// is said to be late.
	status.Summary
}

// Look says how an object is in every cluster, and false when nothing declares
// it. It asks nobody: the answer is made from what was seen in the members last,
// and so is ahead of the report of it. It may be called at any time, concurrently.
func (c *Controller) Look(key Key) (Picture, bool) {
	o := c.objects.find(key)
	if o == nil {
		return Picture{}, false
	}
	p, facts, declared := o.look()
	if !declared {
		return Picture{}, false
	}
	p.Summary = c.Aggregator.Aggregate(facts)
	return p, true
}

// Pictures are those of all objects that are declared and whose keys come after
// that one, in the order of namespaces and names; after the zero Key come all.
// Each is made when it is asked for; what comes or goes meanwhile may be among
// them, or not.
func (c *Controller) Pictures(after Key) iter.Seq[Picture] {
	return func(yield func(Picture) bool) {
		for _, key := range c.objects.keysAfter(after) {
			if p, declared := c.Look(key); declared && !yield(p) {
				return
			}
		}
	}
}

// look is the Picture of an object without its summary, and what that is made of.
func (o *object) look() (p Picture, facts status.Facts, declared bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.intent.Parent == "" || o.intent.stray {
		return Picture{}, status.Facts{}, false
	}
	return Picture{Key: o.intent.Key, Parent: o.intent.Parent, Deleting: o.intent.Deleting}, o.factsLocked(), true
}

// keysAfter are those of all objects that come after that one, in order.
func (s *objects) keysAfter(after Key) []Key {
	var keys []Key
	s.each(func(k Key, _ *object) {
		if byKey(k, after) > 0 {
			keys = append(keys, k)
		}
	})
	slices.SortFunc(keys, byKey)
	return keys
}

func byKey(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

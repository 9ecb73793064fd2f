package clusterset

import (
	"reflect"
	"slices"
	"sync"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// catalogue is what there should be of one type, and how it fares. Nothing of it is
// written down: it is worked out anew from what is in the members, and copies of
// which it knows nothing are to go.
type catalogue struct {
	kind       federation.Type
	federation string
	world      *world

	mu         sync.Mutex
	declared   map[propagation.Key]*declaration
	of         map[propagation.Key]map[string]bool // the names that a service declares
	left       map[propagation.Key]bool            // what stays as it is, declared or not
	leftOf     map[propagation.Key]propagation.Key // that, by its service
	asked      map[propagation.Key]bool            // that the loop wants to know of, once that is known
	changed    func(propagation.Key)               // of the Watch that runs; nil is nobody
	generation int64
}

// declaration is one object of a service.
type declaration struct {
	wish
	service    propagation.Key
	generation int64
	summary    status.Summary
}

var (
	_ propagation.Source = (*catalogue)(nil)
	_ propagation.Ledger = (*catalogue)(nil)
)

func newCatalogue(t federation.Type, federation string, w *world) *catalogue {
	return &catalogue{
		kind: t, federation: federation, world: w,
		declared: map[propagation.Key]*declaration{}, of: map[propagation.Key]map[string]bool{},
		left: map[propagation.Key]bool{}, leftOf: map[propagation.Key]propagation.Key{}, asked: map[propagation.Key]bool{},
	}
}

// declare says what there should be of a service, by name, in place of what was said
// before.
func (c *catalogue) declare(service propagation.Key, wishes map[string]wish) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.of[service] {
		if _, still := wishes[name]; !still {
			key := propagation.Key{Namespace: service.Namespace, Name: name}
			delete(c.declared, key)
			c.tellLocked(key)
		}
	}
	delete(c.of, service)
	if key, left := c.leftOf[service]; left {
		delete(c.left, key)
		delete(c.leftOf, service)
		c.tellLocked(key)
	}
	for name, w := range wishes {
		if c.of[service] == nil {
			c.of[service] = map[string]bool{}
		}
		c.of[service][name] = true
		c.putLocked(propagation.Key{Namespace: service.Namespace, Name: name}, service, w)
	}
}

// leave has an object of a service stay as it is, declared or not.
func (c *catalogue) leave(service propagation.Key, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := propagation.Key{Namespace: service.Namespace, Name: name}
	c.left[key], c.leftOf[service] = true, key
}

func (c *catalogue) putLocked(key, service propagation.Key, w wish) {
	d := c.declared[key]
	if d == nil {
		d = &declaration{}
		c.declared[key] = d
	} else if d.service == service && d.wish.equal(w) {
		return
	}
	c.generation++
	d.wish, d.service, d.generation = w, service, c.generation
	c.tellLocked(key)
}

// equal says whether two wishes are the same.
func (w wish) equal(other wish) bool {
	return slices.Equal(w.clusters, other.clusters) && slices.Equal(w.awaits, other.awaits) &&
		(w.template == other.template || reflect.DeepEqual(w.template, other.template)) && reflect.DeepEqual(w.rules, other.rules)
}

func (c *catalogue) tellLocked(key propagation.Key) {
	if c.changed != nil {
		c.changed(key)
	}
}

// fares are the summaries of what a service declares, by name.
func (c *catalogue) fares(service propagation.Key) map[string]status.Summary {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(map[string]status.Summary, len(c.of[service]))
	for name := range c.of[service] {
		all[name] = c.declared[propagation.Key{Namespace: service.Namespace, Name: name}].summary
	}
	return all
}

// wishes are what a service declares, by name.
func (c *catalogue) wishes(service propagation.Key) map[string]wish {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(map[string]wish, len(c.of[service]))
	for name := range c.of[service] {
		all[name] = c.declared[propagation.Key{Namespace: service.Namespace, Name: name}].wish
	}
	return all
}

// answer has the loop ask again what it asked while that was not known.
func (c *catalogue) answer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.asked {
		c.tellLocked(key)
	}
	clear(c.asked)
}

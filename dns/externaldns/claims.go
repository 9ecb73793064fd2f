package externaldns

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/dns"
)

// claims are which records want which names. Of several that want the same, the
// oldest has it. The zero claims are empty and ready for use; they are safe for
// concurrent use.
type claims struct {
	mu    sync.Mutex
	names map[string]map[id]claimant
	of    map[id][]string
}

// claimant is since when a record is there.
type claimant struct{ since time.Time }

// set makes these the names that a record wants, and returns the other records for
// which that may change something.
func (c *claims) set(i id, by claimant, names []string) (concerned []id) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil {
		c.names, c.of = map[string]map[id]claimant{}, map[id][]string{}
	}
	for _, name := range c.of[i] {
		if !slices.Contains(names, name) {
			delete(c.names[name], i)
			concerned = c.othersLocked(concerned, name, i)
		}
	}
	for _, name := range names {
		if before, had := c.names[name][i]; !had || before != by {
			concerned = c.othersLocked(concerned, name, i)
		}
		if c.names[name] == nil {
			c.names[name] = map[id]claimant{}
		}
		c.names[name][i] = by
	}
	if c.of[i] = slices.Clone(names); len(names) == 0 {
		delete(c.of, i)
	}
	return concerned
}

// othersLocked adds those who want a name beside a record, and forgets a name that
// nobody wants.
func (c *claims) othersLocked(all []id, name string, but id) []id {
	for other := range c.names[name] {
		if other != but {
			all = append(all, other)
		}
	}
	if len(c.names[name]) == 0 {
		delete(c.names, name)
	}
	return all
}

// takenFrom says which record has a name that another one wants, and false when
// that one has it.
func (c *claims) takenFrom(i id, name string) (by id, is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by, own := i, c.names[name][i]
	for other, its := range c.names[name] {
		if its.since.Before(own.since) || its.since.Equal(own.since) && before(other, by) {
			by, own = other, its
		}
	}
	return by, by != i
}

// wanted are the names that a record wants.
func (c *claims) wanted(i id) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.of[i])
}

// before orders records that are there since the same second.
func before(a, b id) bool {
	return strings.Compare(a.key()+" "+string(a.Kind), b.key()+" "+string(b.Kind)) < 0
}

// claim notes which names a record wants, as soon as it is seen, so that none is
// given to a younger one that happens to be looked at first.
func (c *Controller) claim(k kind, now *unstructured.Unstructured) {
	if now == nil || now.GetDeletionTimestamp() != nil {
		return // it is let go when it is looked at
	}
	e, err := k.read(now)
	if err != nil {
		return
	}
	c.claimAll(e, append(c.basicNames(e), c.claims.wanted(e.id())...))
}

// claimAll notes which names a record wants.
func (c *Controller) claimAll(e entry, names []string) {
	slices.Sort(names)
	c.lookAtThese(c.claims.set(e.id(), claimant{e.object.GetCreationTimestamp().Time}, slices.Compact(names)))
}

// namesOf are the names that a record has in any case, and those of its record sets.
func (c *Controller) namesOf(e entry, records []dns.RecordSet) []string {
	names := c.basicNames(e)
	for _, r := range records {
		names = append(names, r.Name)
	}
	return names
}

// basicNames are the names that a record has wherever it runs.
func (c *Controller) basicNames(e entry) []string {
	domain, err := c.domainOf(e)
	if err != nil {
		return nil
	}
	o := outcome{question: question{entry: e, domain: domain}}
	r := o.request()
	r.Endpoints = []dns.Endpoint{{Cluster: "any", Ready: true, Addresses: []string{"192.0.2.1"}}}
	r.Routing = dns.Together
	made, err := dns.Levels{}.Build(context.Background(), r)
	if err != nil {
		return nil
	}
	var names []string
	for _, record := range made.Records {
		names = append(names, record.Name)
	}
	return names
}

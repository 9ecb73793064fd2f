package externaldns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/dns"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// domainOf is the Domain that a record speaks of; the zero Domain when it speaks of
// none, and need not. An error is a [*trouble].
func (c *Controller) domainOf(e entry) (v1alpha1.Domain, error) {
	if e.domainRef == "" && e.hosts != nil {
		return v1alpha1.Domain{}, nil
	}
	object, found := c.domains.Get(c.SystemNamespace + "/" + e.domainRef)
	if !found {
		return v1alpha1.Domain{}, troublef(v1alpha1.DomainNotFound, "spec.domainRef: namespace %s has no Domain %q%s", c.SystemNamespace, e.domainRef, c.others())
	}
	domain, err := readDomain(object)
	if err != nil {
		return v1alpha1.Domain{}, troublef(v1alpha1.InvalidDomain, "Domain %s: %s", object.GetName(), err)
	}
	return domain, nil
}

// others says which Domains there are.
func (c *Controller) others() string {
	var names []string
	for _, o := range c.domains.All() {
		names = append(names, o.GetName())
	}
	if slices.Sort(names); len(names) == 0 {
		return ", nor any other: create it"
	}
	return ": create it, or take one of " + listed(names)
}

// readDomain reads a Domain, and says what is wrong with it.
func readDomain(object *unstructured.Unstructured) (v1alpha1.Domain, error) {
	var d v1alpha1.Domain
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &d); err != nil {
		return d, err
	}
	d.Domain = strings.ToLower(strings.TrimSuffix(d.Domain, "."))
	_, err := dns.Levels{}.Build(context.Background(), dns.Request{Namespace: "n", Name: "n", DomainRef: d.Name, Domain: d.Domain})
	if err != nil {
		return d, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "dns: "))
	}
	return d, nil
}

// domainPause is how long to wait before it is told of a Domain how many records it
// has, for many come at a time.
const domainPause = time.Second

func newDomainQueue() workqueue.TypedRateLimitingInterface[string] {
	return workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](domainPause, time.Minute))
}

// tellDomains writes the statuses of Domains until the queue is shut down.
func (c *Controller) tellDomains(ctx context.Context) {
	for {
		name, quit := c.told.Get()
		if quit {
			return
		}
		if err := c.tellDomain(ctx, name); err != nil && ctx.Err() == nil {
			logr.FromContextOrDiscard(ctx).Info("trying again later", "type", domains().String(), "name", name, "reason", err.Error())
			c.told.AddRateLimited(name)
		} else {
			c.told.Forget(name)
		}
		c.told.Done(name)
	}
}

// tellDomain writes the status of a Domain, if it has changed.
func (c *Controller) tellDomain(ctx context.Context, name string) error {
	object, found := c.domains.Get(c.SystemNamespace + "/" + name)
	if !found || object.GetDeletionTimestamp() != nil || c.memory.isBehind(object) {
		return nil
	}
	d, err := readDomain(object)
	now := v1alpha1.DomainStatus{ObservedGeneration: d.Generation, Records: c.recordsIn(name, d.Status.Records)}
	is := isSo(v1alpha1.Valid, v1alpha1.Valid, "names can be made in the domain")
	if err != nil {
		is = isNot(v1alpha1.Valid, v1alpha1.InvalidDomain, err.Error())
	}
	now.Conditions = timed([]metav1.Condition{is}, d.Status.Conditions, d.Generation)
	if equality.Semantic.DeepEqual(d.Status, now) {
		return nil
	}
	_, err = c.patchStatus(ctx, domains().GroupVersionResource(), object, &d.Status, &now)
	return err
}

// recordsIn is how many records have names in a Domain; no fewer than before as long
// as some are not known.
func (c *Controller) recordsIn(domain string, before int64) (n int64) {
	known := true
	for _, k := range c.kinds {
		known = known && c.records[k.Kind].HasSynced()
		for _, o := range c.records[k.Kind].All() {
			if refOf(o) == domain {
				n++
			}
		}
	}
	if !known {
		return max(n, before)
	}
	return n
}

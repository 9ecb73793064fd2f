package pull

import (
	"cmp"
	"context"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/workqueue"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// writers are how many bundles are written to the host at a time.
const writers = 4

// Observe implements [propagation.Observer]: it reads and writes the bundles of
// all members for as long as it runs. One Observe runs at a time.
func (p *Propagator) Observe(ctx context.Context, changed func(propagation.Change)) error {
	p.mu.Lock()
	p.changed = changed
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[chunkID](p.Backoff, p.MaxBackoff))
	p.queue = queue
	p.mu.Unlock()
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() { each(queue, func(id chunkID) error { return p.flush(ctx, id) }) })
	}
	bundles := watched{
		objects:  p.Client.Resource(v1alpha1.Bundles()).Namespace(metav1.NamespaceAll),
		selector: typeLabel + "=" + typeOf(p.Type),
		backoff:  between(p.Backoff, p.MaxBackoff),
		failed:   p.fail,
	}
	bundles.watch(ctx, sight{put: p.put, gone: p.gone, all: p.all})
	queue.ShutDown()
	writing.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resetLocked()
	return nil
}

// each works off a queue until it is shut down.
func each[K comparable](queue workqueue.TypedRateLimitingInterface[K], do func(K) error) {
	for {
		key, over := queue.Get()
		if over {
			return
		}
		if err := do(key); err != nil {
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
		}
		queue.Done(key)
	}
}

// resetLocked forgets everything.
func (p *Propagator) resetLocked() {
	p.synced, p.failure, p.changed, p.queue = false, nil, nil, nil
	p.members, p.asked = map[federation.ClusterName]*member{}, map[federation.ClusterName]bool{}
}

// readyLocked says whether the bundles are known.
func (p *Propagator) readyLocked(name federation.ClusterName) error {
	switch {
	case p.synced:
		return nil
	case p.failure != nil:
		p.asked[name] = true
		return propagation.Problemf(status.ClientRetrievalFailed, propagation.RetryOnChange, "list bundles on the host: %w", p.failure)
	}
	p.asked[name] = true
	return propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange, "the bundles on the host have not been listed yet")
}

// fail notes why the bundles are not known, and tells when that is news.
func (p *Propagator) fail(err error) {
	p.mu.Lock()
	news := !p.synced && (p.failure == nil || p.failure.Error() != err.Error())
	p.failure = err
	var changed []propagation.Change
	for name := range p.asked {
		changed = append(changed, propagation.Change{Cluster: name})
	}
	p.mu.Unlock()
	if news {
		p.tell(changed)
	}
}

// all takes over all bundles there are.
func (p *Propagator) all(bundles []*unstructured.Unstructured) {
	there := map[chunkID]bool{}
	var changed []propagation.Change
	p.mu.Lock()
	for _, u := range bundles {
		there[idOf(u)] = true
		changed = append(changed, p.putLocked(u, answersIn(u))...)
	}
	for _, m := range p.members {
		for _, c := range m.chunks {
			if !there[c.id] {
				p.goneLocked(c)
			}
		}
	}
	if !p.synced {
		for name := range p.asked {
			changed = append(changed, propagation.Change{Cluster: name})
		}
	}
	p.synced, p.asked = true, map[federation.ClusterName]bool{}
	p.mu.Unlock()
	p.tell(changed)
}

func (p *Propagator) put(u *unstructured.Unstructured) {
	answers := answersIn(u)
	p.mu.Lock()
	changed := p.putLocked(u, answers)
	p.mu.Unlock()
	p.tell(changed)
}

func (p *Propagator) tell(changed []propagation.Change) {
	for _, c := range changed {
		p.changed(c)
	}
}

// gone has a bundle that was deleted made anew, if anything is in it.
func (p *Propagator) gone(u *unstructured.Unstructured) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := p.members[idOf(u).cluster]; m != nil {
		if c := m.chunks[u.GetName()]; c != nil && c.uid == u.GetUID() {
			p.goneLocked(c)
		}
	}
}

func (p *Propagator) goneLocked(c *chunk) {
	if c.sending {
		c.lost = true
		return
	}
	c.uid, c.generation, c.seen = "", 0, 0
	if len(c.objects) > 0 {
		p.touchLocked(c)
	}
}

func byKey(a, b propagation.Key) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

func sorted(names []federation.ClusterName) []federation.ClusterName {
	slices.Sort(names)
	return names
}

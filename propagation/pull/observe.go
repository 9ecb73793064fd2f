package pull

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
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
	p.resetLocked()
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

// fail notes why the bundles are not known.
func (p *Propagator) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
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

// putLocked takes over a bundle, and returns what changed.
func (p *Propagator) putLocked(u *unstructured.Unstructured, answers []v1alpha1.ObjectStatus) []propagation.Change {
	id := idOf(u)
	if u.GetNamespace() != NamespaceOf(id.cluster) {
		return nil // nobody's: an agent leaves it alone too
	}
	m := p.memberLocked(id.cluster)
	c, known := m.chunks[id.name]
	var changed []propagation.Change
	switch {
	case !known:
		c = m.newChunk(id.name)
		changed = p.loadLocked(m, c, u)
		c.trust(answers)
	case c.uid == "" && !c.sending, c.uid != "" && c.uid != u.GetUID():
		c.uid, c.generation, c.seen = u.GetUID(), u.GetGeneration(), u.GetGeneration()
		p.touchLocked(c) // somebody else made it
	}
	c.seen = max(c.seen, u.GetGeneration())
	p.reclaimLocked(c)
	return append(changed, p.hearLocked(m, c, answers)...)
}

// loadLocked takes over what a bundle says that is seen for the first time.
func (p *Propagator) loadLocked(m *member, c *chunk, u *unstructured.Unstructured) []propagation.Change {
	c.uid, c.generation = u.GetUID(), u.GetGeneration()
	spec := specIn(u)
	amiss := carriageOf(spec) != carriageOf(p.settings(m.name))
	var changed []propagation.Change
	for _, asked := range spec.Objects {
		e, err := encoded(asked)
		if err != nil || m.objects[e.key] != nil {
			amiss = true // in another bundle as well: a move was not finished
			continue
		}
		o := &object{}
		c.take(o, e)
		m.objects[e.key] = o
		changed = append(changed, propagation.Change{Cluster: m.name, Key: e.key})
	}
	if amiss {
		p.touchLocked(c)
	}
	return changed
}

// trust takes corrections of before for told.
func (c *chunk) trust(answers []v1alpha1.ObjectStatus) {
	for _, a := range answers {
		if o := c.objects[keyOf(a.Namespace, a.Name)]; o != nil {
			o.told = a.Corrections
		}
	}
}

// hearLocked takes over the agent's answers. What it has seen to be gone is
// forgotten.
func (p *Propagator) hearLocked(m *member, c *chunk, answers []v1alpha1.ObjectStatus) []propagation.Change {
	byName := make(map[propagation.Key]v1alpha1.ObjectStatus, len(answers))
	for _, a := range answers {
		byName[keyOf(a.Namespace, a.Name)] = a
	}
	var changed []propagation.Change
	for key, o := range c.objects {
		now := byName[key]
		if reflect.DeepEqual(o.answer, now) {
			continue
		}
		o.answer = now
		if o.isGone() {
			p.forgetLocked(m, o)
		}
		changed = append(changed, propagation.Change{Cluster: m.name, Key: key})
	}
	return changed
}

// idOf names the chunk that a bundle is.
func idOf(u *unstructured.Unstructured) chunkID {
	cluster, _, _ := unstructured.NestedString(u.Object, "spec", "cluster")
	return chunkID{federation.ClusterName(cluster), u.GetName()}
}

// specIn and answersIn read a bundle. The API server lets no other than a valid
// one in; of one that is not, nothing is known.
func specIn(u *unstructured.Unstructured) v1alpha1.BundleSpec {
	return part[v1alpha1.BundleSpec](u, "spec")
}

func answersIn(u *unstructured.Unstructured) []v1alpha1.ObjectStatus {
	return part[v1alpha1.BundleStatus](u, "status").Objects
}

func part[T any](u *unstructured.Unstructured, name string) T {
	var zero, value T
	body, err := json.Marshal(u.Object[name])
	if err != nil || json.Unmarshal(body, &value) != nil {
		return zero
	}
	return value
}

func byKey(a, b propagation.Key) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

func sorted(names []federation.ClusterName) []federation.ClusterName {
	slices.Sort(names)
	return names
}

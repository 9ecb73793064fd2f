package pull

import (
	"encoding/json"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

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

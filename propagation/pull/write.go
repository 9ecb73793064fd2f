package pull

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
)

// write is a chunk on its way to the host.
type write struct {
	id         chunkID
	uid        types.UID // empty: it is not there
	generation int64     // that it takes the place of
	changes    int       // the last that is in it
	bodies     []json.RawMessage
}

// writeSpec is a v1alpha1.BundleSpec whose objects are encoded already.
type writeSpec struct {
	v1alpha1.BundleSpec
	Objects []json.RawMessage `json:"objects"`
}

// flush writes a chunk, if it has changed.
func (p *Propagator) flush(ctx context.Context, id chunkID) error {
	w, wait, due := p.begin(id)
	switch {
	case wait > 0:
		p.queue.AddAfter(id, wait)
		return nil
	case !due:
		return nil
	}
	there, err := p.send(ctx, w)
	if ctx.Err() != nil {
		return nil
	}
	for _, change := range p.end(w, there, err) {
		p.changed(change)
	}
	return err
}

// begin returns what to write of a chunk, or how long to wait with that.
func (p *Propagator) begin(id chunkID) (w write, wait time.Duration, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.memberLocked(id.cluster).chunks[id.name]
	if !p.synced && c != nil {
		return write{}, p.Gather, true
	}
	if c == nil || c.isWritten() {
		return write{}, 0, false
	}
	c.after = slices.DeleteFunc(c.after, (*chunk).isWritten)
	if len(c.after) > 0 {
		return write{}, p.Gather, true
	}
	if rest := p.Interval - time.Since(c.sent); rest > 0 {
		return write{}, rest, true
	}
	c.sending = true
	return write{id: id, uid: c.uid, generation: c.generation, changes: c.changes, bodies: c.bodies()}, 0, true
}

// end takes over how a write went, and returns where to look again.
func (p *Propagator) end(w write, there metav1.Object, err error) []propagation.Change {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.memberLocked(w.id.cluster)
	c := m.chunks[w.id.name]
	if c == nil {
		return nil
	}
	news := !sameError(c.failure, err)
	c.sending, c.failure = false, err
	if err == nil {
		m.nowhere = nil
		c.uid, c.generation, c.written, c.sent = there.GetUID(), there.GetGeneration(), w.changes, time.Now()
		p.reclaimLocked(c)
	}
	if c.lost {
		c.lost = false
		p.goneLocked(c)
	}
	var changed []propagation.Change
	if news {
		changed = c.everything()
	}
	if isNowhere(err) {
		p.abandonLocked(m, c)
	}
	return changed
}

func sameError(a, b error) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error()
}

// everything are all keys of the chunk.
func (c *chunk) everything() []propagation.Change {
	var all []propagation.Change
	for key := range c.objects {
		all = append(all, propagation.Change{Cluster: c.id.cluster, Key: key})
	}
	return all
}

// reclaimLocked has a chunk written once more when somebody else wrote its spec.
func (p *Propagator) reclaimLocked(c *chunk) {
	if !c.sending && c.seen > c.generation {
		c.generation = c.seen
		p.touchLocked(c)
	}
}

// send writes a chunk to the host. Nobody's write is overwritten unseen: a bundle
// that is not of the generation it should be is read before it is written again.
func (p *Propagator) send(ctx context.Context, w write) (metav1.Object, error) {
	bundles := p.Writer.Resource(v1alpha1.Bundles()).Namespace(NamespaceOf(w.id.cluster))
	var there metav1.Object
	var err error
	if w.uid == "" {
		there, err = p.create(ctx, w)
	} else {
		there, err = p.patch(ctx, w)
	}
	if !apierrors.IsAlreadyExists(err) && !apierrors.IsInvalid(err) && (w.uid == "" || !apierrors.IsNotFound(err)) {
		return there, err
	}
	now, missing := bundles.Get(ctx, w.id.name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(missing):
		return p.create(ctx, w)
	case missing != nil:
		return nil, missing
	case now.Generation == w.generation && now.UID == w.uid:
		return nil, err
	}
	w.uid, w.generation = now.UID, now.Generation
	return p.patch(ctx, w)
}

func (p *Propagator) create(ctx context.Context, w write) (metav1.Object, error) {
	body, err := json.Marshal(map[string]any{
		"apiVersion": v1alpha1.GroupVersion().String(), "kind": "Bundle",
		"metadata": map[string]any{"name": w.id.name, "labels": map[string]string{typeLabel: typeOf(p.Type)}},
		"spec":     p.specOf(w),
	})
	if err != nil {
		return nil, err
	}
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON(body); err != nil {
		return nil, err
	}
	made, err := p.Client.Resource(v1alpha1.Bundles()).Namespace(NamespaceOf(w.id.cluster)).
		Create(ctx, o, metav1.CreateOptions{FieldManager: p.FieldManager})
	return object2meta(made, err)
}

// patch takes the place of the spec whose generation it names. What agents write
// to the status meanwhile does not matter to it.
func (p *Propagator) patch(ctx context.Context, w write) (metav1.Object, error) {
	body, err := json.Marshal([]map[string]any{
		{"op": "test", "path": "/metadata/uid", "value": w.uid},
		{"op": "test", "path": "/metadata/generation", "value": w.generation},
		{"op": "add", "path": "/spec", "value": p.specOf(w)},
	})
	if err != nil {
		return nil, err
	}
	patched, err := p.Writer.Resource(v1alpha1.Bundles()).Namespace(NamespaceOf(w.id.cluster)).
		Patch(ctx, w.id.name, types.JSONPatchType, body, metav1.PatchOptions{FieldManager: p.FieldManager})
	return object2meta(patched, err)
}

// object2meta makes a nil interface of an answer that is an error.
func object2meta(o metav1.Object, err error) (metav1.Object, error) {
	if err != nil {
		return nil, err
	}
	return o, nil
}

func (p *Propagator) specOf(w write) writeSpec {
	return writeSpec{BundleSpec: p.settings(w.id.cluster), Objects: w.bodies}
}

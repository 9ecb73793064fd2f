package pull

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

var _ propagation.Viewer = (*Propagator)(nil)

// View implements [propagation.Viewer], by what the bundles ask for and what the
// agents answered. What is asked for and not answered is there only if the agent
// said of an earlier version that it made a copy: the bundle may have been written
// just now, and be the first.
func (p *Propagator) View(name federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Sight, error) {
	e, err := toHold(want, how)
	if err != nil {
		return propagation.Sight{}, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "encode the object: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.readyLocked(name); err != nil {
		return propagation.Sight{}, err
	}
	o := p.memberLocked(name).objects[e.key]
	switch {
	case o == nil || !o.entry.hold:
		return propagation.Sight{}, nil
	case o.entry.rest && !o.answered():
		return propagation.Sight{}, o.pending(name)
	case o.entry.version() != e.version():
		return propagation.Sight{Held: true, Parent: o.answer.Parent, Vitals: vitalsOf(o.answer.Vitals)}, nil
	case !o.answered() || o.answer.Phase != v1alpha1.Held:
		return propagation.Sight{Held: o.answer.Parent != "", Parent: o.answer.Parent, Vitals: vitalsOf(o.answer.Vitals)}, nil
	}
	return propagation.Sight{
		Held: true, Wanted: true, Parent: o.answer.Parent,
		Vitals: vitalsOf(o.answer.Vitals), Status: remote(o.answer.Remote), Yielded: fieldsOf(o.answer.Yielded),
	}, nil
}

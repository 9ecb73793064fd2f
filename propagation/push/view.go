package push

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

var _ propagation.Viewer = (*Propagator)(nil)

// View implements [propagation.Viewer]: each copy carries the hash of what was
// applied. A copy that a write without an answer left in doubt counts as one of
// another version.
func (p *Propagator) View(name federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Sight, error) {
	m, err := p.member(name)
	if err != nil {
		return propagation.Sight{}, err
	}
	w, err := p.newWrite(m, want, how)
	if err != nil {
		return propagation.Sight{}, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "%w", err)
	}
	doubt := m.records.doubted(w.key)
	return propagation.Sight{
		Held:   w.held || doubt,
		Wanted: w.held && !doubt && w.record.hash == w.hash,
		Parent: w.record.parent,
		Vitals: w.record.fares(),
		Status: w.record.status, Yielded: w.record.yielded,
	}, nil
}

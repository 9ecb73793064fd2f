package pull

import (
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

var (
	_ propagation.Rester  = (*Propagator)(nil)
	_ propagation.Retrier = (*Propagator)(nil)
)

// Rest implements [propagation.Rester]: the bundle says so, and the agent goes by it
// when it next reads it.
func (p *Propagator) Rest(name federation.ClusterName, key propagation.Key) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.readyLocked(name); err != nil {
		return err
	}
	m := p.memberLocked(name)
	o := m.objects[key]
	if o == nil || o.entry.rest {
		return nil
	}
	e, err := o.entry.with(func(asked *v1alpha1.Object) { asked.Rest = true })
	if err != nil {
		return propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "encode the object: %w", err)
	}
	p.askLocked(m, e)
	return nil
}

// Retry implements [propagation.Retrier] for what the agent said last that failed.
func (p *Propagator) Retry(name federation.ClusterName, key propagation.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readyLocked(name) != nil {
		return
	}
	m := p.memberLocked(name)
	o := m.objects[key]
	if o == nil || o.entry.rest || !o.answered() || o.answer.Phase != v1alpha1.Failed {
		return
	}
	e, err := o.entry.with(func(asked *v1alpha1.Object) { asked.Retries++ })
	if err != nil {
		return // it was encoded before
	}
	p.askLocked(m, e)
}

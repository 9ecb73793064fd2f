package push

import (
	"cmp"
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Remove implements [propagation.Propagator].
func (p *Propagator) Remove(ctx context.Context, name federation.ClusterName, key propagation.Key, how propagation.Removal) (propagation.Outcome, error) {
	m, err := p.member(name)
	switch {
	case err == nil:
	case m != nil && m.serves() != nil:
		return propagation.Outcome{Action: propagation.Absent}, nil // what is not served cannot be there
	default:
		return propagation.Outcome{}, err
	}
	m.lacking.forget(key)
	if err := m.settleDoubt(ctx, key); err != nil {
		return propagation.Outcome{}, err
	}
	r, held := m.records.get(key)
	silent := m.hearing.silence()
	switch {
	case !held || !how.Owns(r.parent):
		return propagation.Outcome{Action: propagation.Absent}, nil
	case r.leaving() && !spared(r, how):
		return propagation.Outcome{Action: propagation.Removing}, nil
	case silent != nil:
		return propagation.Outcome{}, m.explain(silent, deletionOf(key))
	case how.Orphan || spared(r, how):
		return m.letGo(ctx, key, r)
	default:
		return m.delete(ctx, key, r, how)
	}
}

// spared says of a copy that it is let go of, whatever becomes of it. What is
// being deleted is not waited for then: the host's own namespace goes only after
// everything in it has gone, and what declares the copies of it is there.
func spared(r record, how propagation.Removal) bool {
	return how.Spare != "" && how.Spare == r.uid && !r.told
}

// delete removes a copy, and only the one that the record speaks of.
func (m *member) delete(ctx context.Context, key propagation.Key, r record, how propagation.Removal) (propagation.Outcome, error) {
	background := metav1.DeletePropagationBackground // a Job's own default would leave its pods
	options := metav1.DeleteOptions{
		GracePeriodSeconds: how.Grace,
		PropagationPolicy:  cmp.Or(how.Policy, &background),
		Preconditions:      &metav1.Preconditions{UID: &r.uid},
	}
	m.fights.forget(key)
	m.records.tellToGo(key, r.uid) // before its own event comes
	err := m.link(m.kind).delete(ctx, key, options)
	switch {
	case apierrors.IsNotFound(err):
		m.records.found(key, nil)
		return propagation.Outcome{Action: propagation.Absent}, nil
	case apierrors.IsConflict(err): // another object of that name: the watch brings it
		return propagation.Outcome{Action: propagation.Removing}, nil
	case err != nil:
		m.records.stays(key, r.uid)
		return propagation.Outcome{}, m.explain(err, deletionOf(key))
	}
	return propagation.Outcome{Action: propagation.Removing}, nil
}

// letGo takes our label and record off a copy, and leaves it.
func (m *member) letGo(ctx context.Context, key propagation.Key, r record) (propagation.Outcome, error) {
	m.fights.forget(key)
	m.records.tellToGo(key, r.uid)
	err := m.link(m.kind).unmark(ctx, key, r.uid)
	switch {
	case apierrors.IsNotFound(err):
		m.records.found(key, nil)
		return propagation.Outcome{Action: propagation.Absent}, nil
	case err != nil:
		m.records.stays(key, r.uid)
		return propagation.Outcome{}, m.explain(err, attempt{what: "unlabel", state: status.LabelRemovalFailed, late: status.LabelRemovalTimedOut, key: key})
	}
	return propagation.Outcome{Action: propagation.Removing}, nil
}

// settleDoubt reads a copy when a write to it ended without an answer.
func (m *member) settleDoubt(ctx context.Context, key propagation.Key) error {
	if !m.records.doubted(key) {
		return nil
	}
	if silent := m.hearing.silence(); silent != nil {
		return m.explain(silent, deletionOf(key))
	}
	there, err := m.link(m.kind).get(ctx, key)
	switch {
	case apierrors.IsNotFound(err):
		m.records.found(key, nil)
	case err != nil:
		return m.explain(err, attempt{what: "read", state: status.RetrievalFailed, late: status.RetrievalFailed, key: key})
	default:
		m.records.found(key, there)
	}
	return nil
}

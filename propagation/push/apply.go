package push

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/fields"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// Apply implements [propagation.Propagator].
func (p *Propagator) Apply(ctx context.Context, name federation.ClusterName, want *unstructured.Unstructured, how propagation.Holding) (propagation.Outcome, error) {
	m, err := p.member(name)
	if err != nil {
		return propagation.Outcome{}, err
	}
	body, hash, err := marked(want, how.Parent)
	if err != nil {
		return propagation.Outcome{}, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "encode the object: %w", err)
	}
	w := write{member: m, want: want, key: propagation.KeyOf(want), body: body, force: true}
	r, held := m.records.get(w.key)
	var taken []propagation.Taken
	switch {
	case held && r.leaving():
		return propagation.Outcome{}, propagation.Problemf(status.WaitingForRemoval, propagation.RetryOnChange,
			"the copy that is there is being deleted; a new one follows when it is gone")
	case held && r.parent == how.Parent && r.hash == hash:
		if taken = r.drift(want); len(taken) == 0 {
			m.records.trust(w.key, r)
			return propagation.Outcome{Action: propagation.Unchanged, Status: r.status}, nil
		}
	case !held && m.records.wentUnasked(w.key):
		taken = []propagation.Taken{{Field: "the object, or its label " + propagation.ManagedLabel}}
	}
	return p.write(ctx, w, held, taken)
}

// write is one object on its way to a member.
type write struct {
	member *member
	want   *unstructured.Unstructured
	key    propagation.Key
	body   []byte
	force  bool
}

// write applies. What we hold no record of is not forced at first, so that
// somebody else's object is noticed before it is adopted.
func (p *Propagator) write(ctx context.Context, w write, held bool, taken []propagation.Taken) (propagation.Outcome, error) {
	w.force = held
	if !held && p.Adoption == Refuse {
		if err := w.mayTake(ctx, p.Adoption); err != nil {
			return propagation.Outcome{}, err
		}
	}
	answer, err := w.send(ctx)
	if !held && apierrors.IsConflict(err) {
		if err := w.mayTake(ctx, p.Adoption); err != nil {
			return propagation.Outcome{}, err
		}
		w.force = true
		answer, err = w.send(ctx)
	}
	if err != nil {
		return propagation.Outcome{}, w.member.explain(ctx, err, writeOf(w, held))
	}
	return propagation.Outcome{Action: propagation.Applied, Status: answer.status, Regained: w.regained(taken, answer)}, nil
}

// regained are those of the taken fields that are ours again. What admission in
// the member rewrites at each apply never is.
func (w write) regained(taken []propagation.Taken, answer record) []propagation.Taken {
	if len(taken) == 0 {
		return nil
	}
	missing := fields.Missing(answer.owned.Value(), w.want.Object)
	return slices.DeleteFunc(slices.Clone(taken), func(t propagation.Taken) bool { return slices.Contains(missing, t.Field) })
}

// send is one server-side apply.
func (w write) send(ctx context.Context) (record, error) {
	w.member.records.begin(w.key)
	answer, err := w.member.link(w.want.GroupVersionKind()).apply(ctx, w)
	if err != nil {
		w.member.records.end(w.key, unanswered(err))
		return record{}, err
	}
	defer w.member.records.end(w.key, nil)
	return w.member.records.applied(w.key, answer), nil
}

// mayTake looks at the object that is there, and says whether it may become a
// copy.
func (w write) mayTake(ctx context.Context, adoption Adoption) error {
	there, err := w.member.link(w.want.GroupVersionKind()).get(ctx, w.key)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return w.member.explain(ctx, err, attempt{what: "read", state: status.RetrievalFailed, late: status.RetrievalFailed, key: w.key})
	case there.GetLabels()[propagation.ManagedLabel] == "false":
		return propagation.Problemf(status.ManagedLabelFalse, propagation.RetryLater,
			"the object there says %s: \"false\" and is left alone; remove that label to have it managed", propagation.ManagedLabel)
	case adoption == Refuse && there.GetAnnotations()[originAnnotation] == "":
		return propagation.Problemf(status.AlreadyExists, propagation.RetryLater,
			"an object of that name is there already, and adoption is disabled; delete it, or enable adoption")
	}
	return nil
}

// marked returns the object with our record on it, encoded, and its hash. The
// object itself is not changed, and shares nothing that is.
func marked(want *unstructured.Unstructured, parent types.UID) (body []byte, hash string, err error) {
	plain, err := want.MarshalJSON()
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(plain)
	hash = hex.EncodeToString(sum[:8])
	top := maps.Clone(want.Object)
	meta, _ := top["metadata"].(map[string]any)
	meta = maps.Clone(meta)
	notes, _ := meta["annotations"].(map[string]any)
	notes = maps.Clone(notes)
	if notes == nil {
		notes = map[string]any{}
	}
	notes[originAnnotation] = fmt.Sprintf("%s/%s", parent, hash)
	meta["annotations"], top["metadata"] = notes, meta
	body, err = (&unstructured.Unstructured{Object: top}).MarshalJSON()
	return body, hash, err
}

// delete removes a copy, and only the one that the record speaks of.
func (m *member) delete(ctx context.Context, key propagation.Key, r record, how propagation.Removal) (propagation.Outcome, error) {
	background := metav1.DeletePropagationBackground // a Job's own default would leave its pods
	options := metav1.DeleteOptions{
		GracePeriodSeconds: how.Grace,
		PropagationPolicy:  cmp.Or(how.Policy, &background),
		Preconditions:      &metav1.Preconditions{UID: &r.uid},
	}
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
		return propagation.Outcome{}, m.explain(ctx, err, attempt{what: "delete", state: status.DeletionFailed, late: status.DeletionTimedOut, key: key})
	}
	return propagation.Outcome{Action: propagation.Removing}, nil
}

// letGo takes our label and record off a copy, and leaves it.
func (m *member) letGo(ctx context.Context, key propagation.Key, r record) (propagation.Outcome, error) {
	m.records.tellToGo(key, r.uid)
	err := m.link(m.kind).unmark(ctx, key, r.uid)
	switch {
	case apierrors.IsNotFound(err):
		m.records.found(key, nil)
		return propagation.Outcome{Action: propagation.Absent}, nil
	case err != nil:
		m.records.stays(key, r.uid)
		return propagation.Outcome{}, m.explain(ctx, err, attempt{what: "unlabel", state: status.LabelRemovalFailed, late: status.LabelRemovalTimedOut, key: key})
	}
	return propagation.Outcome{Action: propagation.Removing}, nil
}

// settleDoubt reads a copy when a write to it ended without an answer.
func (m *member) settleDoubt(ctx context.Context, key propagation.Key) error {
	if !m.records.doubted(key) {
		return nil
	}
	there, err := m.link(m.kind).get(ctx, key)
	switch {
	case apierrors.IsNotFound(err):
		m.records.found(key, nil)
	case err != nil:
		return m.explain(ctx, err, attempt{what: "read", state: status.RetrievalFailed, late: status.RetrievalFailed, key: key})
	default:
		m.records.found(key, there)
	}
	return nil
}

package push

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/internal/fields"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// write is one object on its way to a member.
type write struct {
	member *member
	key    propagation.Key
	want   *unstructured.Unstructured // as it is asked for; nobody changes it
	how    propagation.Holding
	retain []fields.Path

	measured *unstructured.Unstructured // want without what is retained
	hash     string                     // of measured

	held   bool   // we hold a record of a copy,
	record record // this one
	taken  []propagation.Taken

	force   bool
	yielded []propagation.Taken        // what is left to others
	live    *unstructured.Unstructured // what was there, when that had to be read
}

// newWrite works out what is to be there, and what is known to be there.
func (p *Propagator) newWrite(m *member, want *unstructured.Unstructured, how propagation.Holding) (*write, error) {
	w := &write{member: m, key: propagation.KeyOf(want), want: want, how: how, measured: want}
	for i, text := range how.Retain {
		path, err := fields.ParsePath(string(text))
		if err != nil {
			return nil, fmt.Errorf("retain[%d]: %w", i, err)
		}
		w.retain = append(w.retain, path)
	}
	if len(w.retain) > 0 {
		w.measured = want.DeepCopy()
		removeAll(w.measured, w.retain)
	}
	plain, err := w.measured.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode the object: %w", err)
	}
	sum := sha256.Sum256(plain)
	w.hash = hex.EncodeToString(sum[:8])
	w.record, w.held = m.records.get(w.key)
	return w, nil
}

// mostTries is how often a write is sent, with what stood in its way settled in
// between.
const mostTries = 5

// carryOut applies until nothing stands in the way, or it is known what does.
func (w *write) carryOut(ctx context.Context) (propagation.Outcome, error) {
	if err := w.member.hearing.silence(); err != nil {
		return propagation.Outcome{}, w.member.explain(err, writeOf(w)) // it is not even tried
	}
	if err := w.prepare(ctx); err != nil {
		return propagation.Outcome{}, err
	}
	for range mostTries {
		answer, err := w.send(ctx)
		if err == nil {
			return w.finish(ctx, answer)
		}
		if err := w.settle(ctx, err); err != nil {
			return propagation.Outcome{}, err
		}
	}
	return propagation.Outcome{}, propagation.Problemf(writeOf(w).state, propagation.RetryLater,
		"%s: others write the same fields at the same time; it is tried again", writeOf(w).what)
}

// prepare does what has to be done before the first try. What we hold no record of
// is not forced at first, so that somebody else's object is noticed before it is
// adopted.
func (w *write) prepare(ctx context.Context) error {
	w.force = w.held && w.overwrites() && len(w.retain) == 0
	if w.how.Conflict == propagation.Yield && w.isThere() {
		w.yielded = slices.Concat(w.record.yielded, owned(w.taken)) // a change asks anew whose they are
	}
	switch {
	case !w.held && w.key.Namespace != "" && w.member.lacking.namespaces.lacks(w.key.Namespace):
		return w.member.noNamespace(w.key)
	case !w.held && w.member.options.Adoption == Refuse:
		return w.mayAdopt(ctx)
	case w.held && len(w.retain) > 0:
		return w.read(ctx)
	}
	return nil
}

// read learns what is there.
func (w *write) read(ctx context.Context) error {
	there, err := w.member.link(w.want.GroupVersionKind()).whole(ctx, w.key)
	if err != nil && !apierrors.IsNotFound(err) {
		return w.member.explain(err, attempt{what: "read", state: status.RetrievalFailed, late: status.RetrievalFailed, key: w.key})
	}
	w.live = there
	return nil
}

// body is the object as it is sent.
func (w *write) body() ([]byte, error) {
	notes, body := map[string]any{originAnnotation: originOf(w.how.Parent, w.hash)}, w.want
	if len(w.yielded) > 0 || len(w.retain) > 0 {
		body = body.DeepCopy()
	}
	if len(w.yielded) > 0 {
		notes[yieldedAnnotation] = yieldedNote(w.yielded)
		removeAll(body, pathsTo(w.yielded))
	}
	if len(w.retain) > 0 && w.live != nil {
		fields.Retain(body.Object, w.live.Object, fields.Owned(w.live.GetManagedFields(), w.member.options.FieldManager), w.retain)
	}
	return annotated(body.Object, notes).MarshalJSON()
}

// annotated is the object with more annotations. The object itself is not
// changed, and shares nothing that is.
func annotated(object map[string]any, notes map[string]any) *unstructured.Unstructured {
	top := maps.Clone(object)
	meta, _ := top["metadata"].(map[string]any)
	meta = maps.Clone(meta)
	all, _ := meta["annotations"].(map[string]any)
	all = maps.Clone(all)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, notes)
	meta["annotations"], top["metadata"] = all, meta
	return &unstructured.Unstructured{Object: top}
}

// send is one server-side apply. Its answer is the record from then on.
func (w *write) send(ctx context.Context) (metav1.Object, error) {
	body, err := w.body()
	if err != nil {
		return nil, fmt.Errorf("encode the object: %w", err)
	}
	records := w.member.records
	records.begin(w.key)
	answer, err := w.member.link(w.want.GroupVersionKind()).apply(ctx, w, body)
	if err != nil {
		records.end(w.key, unanswered(err))
		return nil, err
	}
	defer records.end(w.key, nil)
	w.record = records.applied(w.key, answer, w.again())
	w.member.lacking.found(w.key)
	return answer, nil
}

// finish tells what is there now.
func (w *write) finish(ctx context.Context, answer metav1.Object) (propagation.Outcome, error) {
	if err := w.takeOver(ctx, answer); err != nil {
		return propagation.Outcome{}, err
	}
	now := w.record
	out := propagation.Outcome{Action: propagation.Applied, Status: now.status, Yielded: now.yielded, Regained: w.regained(now)}
	return w.member.fights.count(w.key, out)
}

// regained are those of the taken fields that are ours again. What admission in
// the member rewrites at each apply never is.
func (w *write) regained(now record) []propagation.Taken {
	if len(w.taken) == 0 {
		return nil
	}
	missing := fields.Missing(now.owned.Value(), w.want.Object)
	return slices.DeleteFunc(slices.Clone(w.taken), func(t propagation.Taken) bool {
		return slices.ContainsFunc(missing, func(l fields.Lost) bool { return l.Path == t.Field })
	})
}

func removeAll(o *unstructured.Unstructured, paths []fields.Path) {
	for _, p := range paths {
		p.Remove(o.Object)
	}
}

package push

import (
	"cmp"
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

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
	w, err := p.newWrite(m, want, how)
	if err != nil {
		return propagation.Outcome{}, propagation.Problemf(status.ComputeResourceFailed, propagation.RetryOnChange, "%w", err)
	}
	out, err := w.bringAbout(ctx)
	out.Vitals = w.record.fares()
	return out, err
}

// bringAbout makes the member hold what is wanted, if it does not.
func (w *write) bringAbout(ctx context.Context) (propagation.Outcome, error) {
	records := w.member.records
	switch {
	case w.held && w.record.leaving():
		return propagation.Outcome{}, waitForRemoval()
	case w.isThere():
		w.taken = w.drift()
		if len(w.taken) == 0 && !w.isAskedAgain() {
			records.trust(w.key, w.record, w.again())
			return w.member.fights.over(w.key, propagation.Outcome{Action: propagation.Unchanged, Status: w.record.status, Yielded: w.record.yielded})
		}
		if err := w.mayTakeBack(); err != nil {
			return propagation.Outcome{}, err
		}
	case !w.held && records.wentUnasked(w.key):
		w.taken = []propagation.Taken{{Field: "the object, or its label " + propagation.ManagedLabel}}
	}
	return w.carryOut(ctx)
}

// waitForRemoval says that nothing can be written before what is there is gone.
func waitForRemoval() error {
	return propagation.Problemf(status.WaitingForRemoval, propagation.RetryOnChange,
		"the copy that is there is being deleted; a new one follows when it is gone")
}

// isThere says whether the copy is what we want, as far as we wrote it.
func (w *write) isThere() bool {
	return w.held && w.record.parent == w.how.Parent && w.record.hash == w.hash
}

// isAskedAgain says whether the copy is to be written although it is what we want.
func (w *write) isAskedAgain() bool {
	return w.record.known && w.how.Again != "" && w.how.Again != w.record.again
}

// again is what a write anew was asked for with last, when this is done.
func (w *write) again() string { return cmp.Or(w.how.Again, w.record.again) }

// drift returns which of the fields that should be ours are not any more. What
// an earlier process applied is measured by the object as it should be.
func (w *write) drift() []propagation.Taken {
	taken := w.record.taken
	if !w.record.known {
		taken = nil
		for _, l := range fields.Missing(w.record.owned.Value(), w.measured.Object) {
			taken = append(taken, propagation.Taken{Field: l.Path})
		}
	}
	left := w.record.yielded
	if w.how.Conflict == propagation.Yield {
		return w.outside(append(pathsTo(left), w.retain...), taken)
	}
	return w.outside(w.retain, append(w.outside(pathsTo(left), taken), left...)) // they are yielded no more
}

// outside are those of the fields that are not in the paths.
func (w *write) outside(paths []fields.Path, taken []propagation.Taken) []propagation.Taken {
	if len(paths) == 0 {
		return taken
	}
	var rest []propagation.Taken
	for _, t := range taken {
		if !fields.Within(paths, t.Field, w.want.Object) {
			rest = append(rest, t)
		}
	}
	return rest
}

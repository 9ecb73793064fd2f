package push

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// recreate deletes a copy that refuses a change, so that the next Apply creates
// it anew; refusal is what the member said. It deletes nothing before the member
// has accepted the new one in a dry run: what cannot be created stays as it is.
func (w *write) recreate(ctx context.Context, refusal error) error {
	body, err := w.body()
	if err != nil {
		return err
	}
	err = w.member.link(w.want.GroupVersionKind()).tryCreate(ctx, w.key, body)
	if !apierrors.IsAlreadyExists(err) { // names are compared last
		return w.member.explain(refusal, writeOf(w))
	}
	out, err := w.member.delete(ctx, w.key, w.record, propagation.Removal{})
	if err != nil {
		return err
	}
	p := propagation.Problemf(status.WaitingForRemoval, propagation.RetryOnChange,
		"the copy is deleted and created anew, because it refuses the change: %s", w.member.words(refusal))
	if out.Action == propagation.Absent {
		p.Retry = propagation.RetryLater
	}
	return p
}

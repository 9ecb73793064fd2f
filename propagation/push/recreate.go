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
	if _, err := w.mayRecreate(ctx, refusal); err != nil {
		return err
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

// mayRecreate asks in a dry run whether the member takes the new object, which is
// returned as it would be sent; the error is the refusal when it does not.
func (w *write) mayRecreate(ctx context.Context, refusal error) ([]byte, error) {
	body, err := w.body()
	if err != nil {
		return nil, err
	}
	err = w.member.link(w.want.GroupVersionKind()).tryCreate(ctx, w.key, body)
	if !apierrors.IsAlreadyExists(err) { // names are compared last
		return nil, w.member.explain(refusal, writeOf(w))
	}
	return body, nil
}

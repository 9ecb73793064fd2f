package subject

import (
	"context"
	"maps"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// Foresight is what a controller would have each cluster hold.
type Foresight struct {
	propagation.Preview
	// Kept are clusters that the placement does not choose, and in which the loss guard
	// has the object stay all the same; Copies has theirs too. Guard says why.
	Kept  []federation.ClusterName
	Guard string
}

// Foresee is the preview with the loss guard's say.
func (s Subject) Foresee(ctx context.Context, now time.Time) (Foresight, error) {
	p, err := s.Preview(ctx, now)
	if err != nil {
		return Foresight{}, err
	}
	f := Foresight{Preview: p}
	if f.Kept, f.Guard = s.Guard(p, now); len(f.Kept) == 0 {
		return f, nil
	}
	stay, err := s.In(ctx, f.Kept...)
	maps.Copy(f.Copies, stay.Copies)
	maps.Copy(f.Failed, stay.Failed)
	return f, err
}

// Guard are the clusters in which the loss guard would have the object stay, and why;
// none when it has nothing against the preview.
func (s Subject) Guard(p propagation.Preview, now time.Time) ([]federation.ClusterName, string) {
	r := propagation.LossRequest{Intent: s.Intent(), Kept: p.Decision.Selected, Members: s.Members, Now: now}
	if s.Before != nil {
		before := s
		before.Object = s.Before
		r.Before = before.Intent()
	}
	loss, any := propagation.LossOf(r)
	if !any {
		return nil, ""
	}
	why := propagation.MostAtOnce{}.Judge(loss)
	if why == "" {
		return nil, ""
	}
	return loss.Lost, why
}

// Deletes says whether the object is on its way out.
func (s Subject) Deletes() bool { return s.Object.GetDeletionTimestamp() != nil }

package propagation

import (
	"slices"
	"time"

	"github.com/fedrail/fedrail/federation"
)

// LossRequest is what [LossOf] is told. Intent and Members are required.
type LossRequest struct {
	// Before is the intent that is followed now; the zero Intent is that nobody knows,
	// as after a restart: then what Intent was reported to be last tells.
	Before Intent
	Intent Intent
	// Kept are the clusters that should hold the object by its own placement now: what a
	// [Preview] selects.
	Kept    []federation.ClusterName
	Members federation.ClusterSet
	Now     time.Time
}

// LossOf is what a Controller would ask its [LossGuard] about, and false when the
// object loses nothing. What it lost in the last ten minutes is in no object, and not
// counted.
func LossOf(r LossRequest) (Loss, bool) {
	if r.Intent.Deleting || r.Intent.Invalid != nil {
		return Loss{}, false
	}
	var s placed
	s.take(r.Before)
	asked := s.take(r.Intent)
	members := r.Members.Staying()
	lost := s.losing(r.Kept, members)
	if len(lost) == 0 {
		return Loss{}, false
	}
	loss := Loss{Lost: lost, Kept: slices.Sorted(slices.Values(r.Kept)), Asked: asked, Allowed: r.Intent.AllowLoss}
	for name := range s.in {
		if _, member := members.Get(name); member {
			loss.Held = append(loss.Held, name)
		}
		if c, _ := members.Get(name); slices.Contains(lost, name) && federation.Tolerate(c.Taints, r.Intent.Placement.Want.Tolerations).Due(r.Now) {
			loss.Drained = append(loss.Drained, name)
		}
	}
	slices.Sort(loss.Held)
	slices.Sort(loss.Drained)
	return loss, true
}

package pull

import (
	"cmp"
	"encoding/json"
	"errors"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// heldAs is the answer when a copy is as it should be.
func heldAs(j job, out propagation.Outcome) func(v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
	return func(before v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
		now := blank(j, v1alpha1.Held)
		now.Parent, now.Yielded = j.ask.Hold.Parent, takenOf(out.Yielded)
		if before.Hash == j.ask.Hash {
			now.Corrections, now.Regained = before.Corrections, before.Regained
		}
		if len(out.Regained) > 0 {
			now.Corrections, now.Regained = now.Corrections+1, takenOf(out.Regained)
		}
		if raw, err := json.Marshal(out.Status); err == nil && out.Status != nil {
			now.Remote = &runtime.RawExtension{Raw: raw}
		}
		now.Vitals = vitalsAs(out.Vitals)
		return now
	}
}

// removedAs is the answer to a removal.
func removedAs(j job, out propagation.Outcome) func(v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
	return func(before v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
		if out.Action == propagation.Absent {
			return blank(j, v1alpha1.Absent)
		}
		now := blank(j, v1alpha1.Removing)
		now.Parent = before.Parent
		return now
	}
}

// maxMessage is how many bytes of an explanation are kept.
const maxMessage = 1 << 10

// failedAs is the answer when something is in the way. A copy may be there all the
// same.
func failedAs(j job, out propagation.Outcome, err error) func(v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
	return func(before v1alpha1.ObjectStatus) v1alpha1.ObjectStatus {
		now := blank(j, v1alpha1.Failed)
		now.Vitals = vitalsAs(out.Vitals)
		now.State, now.Message = string(status.UpdateFailed), err.Error()
		if p, explains := errors.AsType[*propagation.Problem](err); explains {
			now.State, now.Lacking = cmp.Or(string(p.State), now.State), p.Lacking
		}
		now.Message = now.Message[:min(len(now.Message), maxMessage)]
		now.Parent = before.Parent
		if j.ask.Hold != nil && !now.Lacking {
			now.Parent = j.ask.Hold.Parent // it may have got there
		}
		if before.Hash == j.ask.Hash {
			now.Corrections, now.Regained = before.Corrections, before.Regained
		}
		return now
	}
}

func blank(j job, phase v1alpha1.Phase) v1alpha1.ObjectStatus {
	return v1alpha1.ObjectStatus{Namespace: j.key.Namespace, Name: j.key.Name, Hash: j.ask.Hash, Phase: phase}
}

func takenOf(fields []propagation.Taken) []v1alpha1.Taken {
	var taken []v1alpha1.Taken
	for _, f := range fields {
		taken = append(taken, v1alpha1.Taken{Field: f.Field, By: f.By})
	}
	return taken
}

func answersByKey(s v1alpha1.BundleStatus) map[propagation.Key]v1alpha1.ObjectStatus {
	answers := make(map[propagation.Key]v1alpha1.ObjectStatus, len(s.Objects))
	for _, a := range s.Objects {
		answers[keyOf(a.Namespace, a.Name)] = a
	}
	return answers
}

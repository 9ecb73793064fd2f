package pull

import (
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/json"
)

// object is what is known of one object in one member.
type object struct {
	chunk  *chunk
	entry  entry                 // what its bundle says, or will say soon
	answer v1alpha1.ObjectStatus // what the agent said last
	fresh  bool                  // it was asked for since Apply last found it held
	told   int64                 // the corrections that an Outcome told of
}

func (o *object) answered() bool { return o.answer.Hash == o.entry.hash }

// held judges the answer to what should be held.
func (o *object) held(name federation.ClusterName) (propagation.Outcome, error) {
	switch {
	case !o.answered():
		return propagation.Outcome{}, o.pending(name)
	case o.answer.Phase != v1alpha1.Held:
		return propagation.Outcome{Vitals: vitalsOf(o.answer.Vitals)}, o.problem()
	}
	out := propagation.Outcome{
		Action: propagation.Unchanged, Status: remote(o.answer.Remote), Vitals: vitalsOf(o.answer.Vitals), Yielded: fieldsOf(o.answer.Yielded),
	}
	if o.fresh {
		out.Action = propagation.Applied
	}
	if o.answer.Corrections > o.told {
		out.Action, out.Regained = propagation.Applied, fieldsOf(o.answer.Regained)
	}
	o.fresh, o.told = false, o.answer.Corrections
	return out, nil
}

// removed judges the answer to what should not be held. That there is no copy is
// not among them: such an object is forgotten.
func (o *object) removed(name federation.ClusterName) (propagation.Outcome, error) {
	switch {
	case o.chunk.failure != nil:
		return propagation.Outcome{}, o.pending(name)
	case o.answered() && o.answer.Phase == v1alpha1.Failed:
		return propagation.Outcome{}, o.problem()
	}
	return propagation.Outcome{Action: propagation.Removing}, nil
}

// isGone says whether nothing is left to do about the object.
func (o *object) isGone() bool {
	return !o.entry.hold && o.answered() && o.answer.Phase == v1alpha1.Absent
}

// pending is the Problem that nothing is known yet.
func (o *object) pending(name federation.ClusterName) error {
	if isNowhere(o.chunk.failure) {
		return o.nowhere()
	}
	if err := o.chunk.failure; err != nil {
		return propagation.Problemf(status.ClientRetrievalFailed, propagation.RetryOnChange,
			"write bundle %s/%s on the host: %w", NamespaceOf(name), o.chunk.name, err)
	}
	return propagation.Problemf(status.CachedRetrievalFailed, propagation.RetryOnChange,
		"the agent of cluster %s has not answered yet", name)
}

// problem is the agent's.
func (o *object) problem() error {
	p := propagation.Problemf(status.State(o.answer.State), propagation.RetryOnChange, "%s", o.answer.Message)
	p.Lacking = o.answer.Lacking
	return p
}

func fieldsOf(taken []v1alpha1.Taken) []propagation.Taken {
	var fields []propagation.Taken
	for _, t := range taken {
		fields = append(fields, propagation.Taken{Field: t.Field, By: t.By})
	}
	return fields
}

// remote is a copy's status as the agent sent it.
func remote(raw *runtime.RawExtension) map[string]any {
	if raw == nil {
		return nil
	}
	var content map[string]any
	if err := json.Unmarshal(raw.Raw, &content); err != nil {
		return nil // the host's API server lets nothing else than an object in
	}
	return content
}

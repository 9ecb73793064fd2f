package pull

import (
	"errors"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/status"
)

// vitalsAs are vitals as an agent tells them; nil when nobody judged.
func vitalsAs(v status.Vitals) *v1alpha1.Vitals {
	if v.Health == "" {
		return nil
	}
	told := &v1alpha1.Vitals{Health: string(v.Health), Message: v.Message, Generation: v.Generation, ObservedGeneration: v.Observed}
	for _, c := range v.Counts {
		told.Counts = append(told.Counts, v1alpha1.Count{Name: c.Name, Value: c.N})
	}
	return told
}

// vitalsOf are those that an agent told.
func vitalsOf(told *v1alpha1.Vitals) status.Vitals {
	if told == nil {
		return status.Vitals{}
	}
	v := status.Vitals{Health: status.Health(told.Health), Message: told.Message, Generation: told.Generation, Observed: told.ObservedGeneration}
	for _, c := range told.Counts {
		v.Counts = append(v.Counts, status.Count{Name: c.Name, N: c.Value})
	}
	return v
}

// judge is who judges copies that are carried like that; nil is nobody. What the
// agent cannot judge by is no reason to carry nothing.
func (a *Agent) judge(how carriage) status.Judge {
	if !how.judged {
		return nil
	}
	judge, err := a.Judge(how.kind, how.judging)
	if err != nil {
		a.Logger.Info("copies are not judged", "type", how.kind.String(), "reason", err.Error())
		return nil
	}
	return judge
}

// byKind is the default Judge of AgentOptions.
func byKind(_ federation.Type, by v1alpha1.Judging) (status.Judge, error) {
	if by != (v1alpha1.Judging{}) {
		return nil, errors.New("there are expressions, and AgentOptions.Judge is not set")
	}
	return status.Kinds{}, nil
}

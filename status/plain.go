package status

import "slices"

// Plain is an [Aggregator] for those who declare objects in a kind of their
// own: its summary is that of [KubeFed] with the condition [Ready] alone of those
// that are always there, and that has a reason, as conditions of Kubernetes do. A
// kind of one's own may have conditions such as Available of its own making. The
// zero Plain is ready for use.
type Plain struct{}

var _ Aggregator = Plain{}

// Aggregate implements [Aggregator].
func (Plain) Aggregate(facts Facts) Summary {
	s := KubeFed{}.Aggregate(facts)
	s.Conditions = slices.DeleteFunc(s.Conditions, func(c Condition) bool {
		return c.Type != Ready && c.Type != DependenciesFollow
	})
	return s
}

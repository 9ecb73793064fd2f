package status

// Plain is an [Aggregator] for those who declare objects in a kind of their
// own: its summary is that of [KubeFed] with the condition [Ready] alone, which
// always has a reason, as conditions of Kubernetes do. The zero Plain is ready
// for use.
type Plain struct{}

var _ Aggregator = Plain{}

// Aggregate implements [Aggregator].
func (Plain) Aggregate(facts Facts) Summary {
	s := KubeFed{}.Aggregate(facts)
	s.Conditions = s.Conditions[1:]
	return s
}

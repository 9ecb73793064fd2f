package pull

import (
	"cmp"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/bundle/v1alpha1"
	"github.com/fedrail/fedrail/propagation/push"
)

// settings are all of a bundle's spec but the objects.
func (p *Propagator) settings(cluster federation.ClusterName) v1alpha1.BundleSpec {
	s := v1alpha1.BundleSpec{
		Cluster: string(cluster),
		Target: v1alpha1.Target{
			Group: p.Type.Group, Version: p.Type.Version, Kind: p.Type.Kind,
			Resource: p.Type.Resource, Scope: string(p.Type.Scope),
		},
		FieldManager: p.FieldManager, Adoption: v1alpha1.Adopt, Collection: v1alpha1.CollectNone,
	}
	if p.Adoption == push.Refuse {
		s.Adoption = v1alpha1.Refuse
	}
	if p.Collection == push.Status {
		s.Collection = v1alpha1.CollectStatus
	}
	s.Judging = p.Judging
	return s
}

// carriage is how the objects of a bundle are carried into the member.
type carriage struct {
	kind         federation.Type
	fieldManager string
	adoption     push.Adoption
	collection   push.Collection
	judged       bool
	judging      v1alpha1.Judging // where it is judged
}

// carriageOf reads the settings of a bundle.
func carriageOf(s v1alpha1.BundleSpec) carriage {
	c := carriage{
		kind: federation.Type{
			Group: s.Target.Group, Version: s.Target.Version, Kind: s.Target.Kind,
			Resource: s.Target.Resource, Scope: federation.Scope(s.Target.Scope),
		},
		fieldManager: cmp.Or(s.FieldManager, "fedrail"),
	}
	if s.Adoption == v1alpha1.Refuse {
		c.adoption = push.Refuse
	}
	if s.Collection == v1alpha1.CollectStatus {
		c.collection = push.Status
	}
	if s.Judging != nil {
		c.judged, c.judging = true, *s.Judging
	}
	return c
}

package plane

import (
	"cmp"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/push"
)

// ClusterSet says whether services that members export are those of all members.
type ClusterSet string

// The values of a ClusterSet.
const (
	Apart ClusterSet = ""     // each member has its own
	Flat  ClusterSet = "Flat" // exports are imported by the others, whose network is one
)

// sharing is what makes exported services those of all members, if that is asked
// for. Members that fetch take no part.
func (p *Plane) sharing(m members) ([]start, error) {
	if p.ClusterSet == Apart || p.Config.Spec.Scope == federation.NamespaceScoped {
		return nil, nil
	}
	c, err := clusterset.New(clusterset.Options{
		Clusters: m.written, Telemetry: propagation.Telemetries(p.metrics.steps, p.Telemetry), Logger: p.Logger.WithName("clusterset"),
		Propagator: func(t federation.Type) (propagation.Propagator, error) {
			return push.New(push.Options{
				Clusters: m.written, Type: t, FieldManager: cmp.Or(p.FieldManager, "fedrail") + "-clusterset", Adoption: push.Refuse,
				Logger: p.Logger.WithName("clusterset").WithValues("type", t.String()),
			})
		},
	})
	if err != nil {
		return nil, err
	}
	return []start{c.Start}, nil
}

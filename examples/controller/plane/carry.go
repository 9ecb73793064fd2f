package plane

import (
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/budget"
	"github.com/fedrail/fedrail/propagation/pull"
	"github.com/fedrail/fedrail/propagation/push"
)

// members are those of the federation: some are written to, others fetch.
type members struct {
	federation.Registry // of both
	written             reached
	fetching            *pull.Registry // nil when none can
}

// members are those that there will be. In a federation of one namespace none
// fetches: that takes rights in others.
func (p *Plane) members(written *kubefed.Registry) (members, error) {
	m := members{Registry: written, written: reached{Registry: written, requests: p.requests}}
	if p.Config.Spec.Scope == federation.NamespaceScoped {
		return m, nil
	}
	var err error
	if m.fetching, err = pull.NewRegistry(pull.RegistryOptions{Client: p.host.dynamic, Logger: p.Logger.WithName("clusters")}); err != nil {
		return members{}, err
	}
	m.Registry = pull.Union(written, m.fetching)
	return m, nil
}

// reached is the registry of the members that are written to, with each request to
// one counted.
type reached struct {
	*kubefed.Registry
	requests *budget.Counter
}

// Config is the registry's, and counts.
func (r reached) Config(name federation.ClusterName) (*rest.Config, error) {
	config, err := r.Registry.Config(name)
	if err == nil {
		config.Wrap(r.requests.Wrap(string(name)))
	}
	return config, err
}

// carry makes what carries the objects of a type, to either kind of member.
func (p *Plane) carry(m members, config *corev1beta1.FederatedTypeConfig, by judging) (propagation.Propagator, error) {
	target, log := config.Spec.TargetType.Type(), p.Logger.WithValues("type", config.Name)
	p.metrics.steps.know(config, p.loop().Planners)
	within := ""
	if p.Config.Spec.Scope == federation.NamespaceScoped {
		within = p.Namespace
	}
	others, err := push.New(push.Options{
		Clusters: m.written, Type: target, Namespace: within, FieldManager: p.FieldManager,
		Adoption: p.adoption(), Collection: p.collection(config), Judge: by.here, Logger: log.WithName("push"),
	})
	if err != nil || m.fetching == nil {
		return others, err
	}
	bundles, err := pull.New(pull.Options{
		Client: p.host.dynamic, Writer: p.host.metadata, Type: target, FieldManager: p.FieldManager,
		Adoption: p.adoption(), Collection: p.collection(config), Judging: by.agents, Logger: log.WithName("pull"),
	})
	return pull.Beside{Pulling: m.fetching, Pull: bundles, Others: others}, err
}

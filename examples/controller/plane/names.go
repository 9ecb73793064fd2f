package plane

import (
	"k8s.io/client-go/tools/record"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/dns/externaldns"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/federated"
)

// naming is what publishes names, and what sees for it what is exposed in the
// members. It is zero where that feature is off.
type naming struct {
	names  *externaldns.Controller
	seen   *exposure.Watcher
	placed *placed
}

// placed is where objects are, as soon as it is told what carries them.
type placed struct{ types *federated.Types }

// Look implements externaldns.Placements.
func (p *placed) Look(target federation.Type, key propagation.Key) (propagation.Picture, bool) {
	if p.types == nil {
		return propagation.Picture{}, false
	}
	return p.types.Look(target, key)
}

// naming is what publishes the kinds of records that are switched on. Of members
// that fetch it is not known what they expose.
func (p *Plane) naming(m members, recorder record.EventRecorder) (naming, error) {
	kinds := p.recordKinds()
	if len(kinds) == 0 {
		p.Logger.Info("no names are published", "feature", corev1beta1.CrossClusterServiceDiscovery, "configuration", corev1beta1.Disabled)
		return naming{}, nil
	}
	n := naming{placed: &placed{}}
	within := ""
	if p.Config.Spec.Scope == federation.NamespaceScoped {
		within = p.Namespace
	}
	var err error
	n.seen, err = exposure.New(exposure.Options{Clusters: m.written, Namespace: within, Logger: p.Logger.WithName("exposures"),
		Changed: func(cluster federation.ClusterName, s exposure.Subject) { n.names.ExposureChanged(cluster, s) }})
	if err != nil {
		return naming{}, err
	}
	n.names, err = externaldns.New(externaldns.Options{
		Client: p.host.dynamic, Writer: p.host.metadata, SystemNamespace: p.Namespace, Scope: p.Config.Spec.Scope, Kinds: kinds,
		Registry: m, Exposures: n.seen, Placements: n.placed, Endpoints: p.DNSEndpoints, PublishTime: p.DNSPublishTime,
		Metrics: p.metrics.queues, Events: recorder, Logger: p.Logger.WithName("names"),
	})
	return n, err
}

// recordKinds are the kinds of records that are switched on.
func (p *Plane) recordKinds() []externaldns.Kind {
	var kinds []externaldns.Kind
	if p.enabled(corev1beta1.CrossClusterServiceDiscovery) {
		kinds = append(kinds, externaldns.ServiceDNSRecord)
	}
	if p.enabled(corev1beta1.FederatedIngress) {
		kinds = append(kinds, externaldns.IngressDNSRecord, externaldns.GatewayDNSRecord)
	}
	return kinds
}

// before is the members for whoever takes objects away from them: a drain waits
// until no client comes any more.
func (n naming) before(m members) members {
	if n.names != nil {
		m.Registry = n.names.Graceful(m.Registry)
	}
	return m
}

// follow tells what carries objects.
func (n naming) follow(types *federated.Types) {
	if n.placed != nil {
		n.placed.types = types
	}
}

func (n naming) starts() []start {
	if n.names == nil {
		return nil
	}
	return []start{n.seen.Start, n.names.Start}
}

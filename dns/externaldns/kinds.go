package externaldns

import (
	"fmt"
	"slices"

	"github.com/fedrail/fedrail/dns/exposure"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
)

// Kind is a kind of records.
type Kind string

// The kinds.
const (
	ServiceDNSRecord Kind = "ServiceDNSRecord"
	IngressDNSRecord Kind = "IngressDNSRecord"
	GatewayDNSRecord Kind = "GatewayDNSRecord"
)

// kind is what there is to know of a kind of records.
type kind struct {
	Kind
	resource string
	exposes  exposure.Kind
	target   federation.Type // what its objects give names to
	prefix   string          // of the names of DNSEndpoints
}

// allKinds are all that there are.
func allKinds() []kind {
	return []kind{
		{Kind: ServiceDNSRecord, resource: "servicednsrecords", exposes: exposure.Service, prefix: "service-",
			target: federation.Type{Version: "v1", Kind: "Service", Resource: "services", Scope: federation.NamespaceScoped}},
		{Kind: IngressDNSRecord, resource: "ingressdnsrecords", exposes: exposure.Ingress, prefix: "ingress-",
			target: federation.Type{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress", Resource: "ingresses", Scope: federation.NamespaceScoped}},
		{Kind: GatewayDNSRecord, resource: "gatewaydnsrecords", exposes: exposure.Gateway, prefix: "gateway-",
			target: federation.Type{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway", Resource: "gateways", Scope: federation.NamespaceScoped}},
	}
}

// kindsOf are those of the names, and all when there is none.
func kindsOf(names []Kind) ([]kind, error) {
	all := allKinds()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []kind
	for _, name := range names {
		i := slices.IndexFunc(all, func(k kind) bool { return k.Kind == name })
		if i < 0 {
			return nil, fmt.Errorf("externaldns: Options.Kinds: there is no kind %q: take %s, %s or %s", name, ServiceDNSRecord, IngressDNSRecord, GatewayDNSRecord)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// record is the type of the records.
func (k kind) record() federation.Type {
	return federation.Type{Group: v1alpha1.Group, Version: v1alpha1.Version, Kind: string(k.Kind), Resource: k.resource, Scope: federation.NamespaceScoped}
}

// id names a record.
type id struct {
	Kind
	Namespace, Name string
}

// key is the namespace and name of a record, and of what it gives names to.
func (i id) key() string { return i.Namespace + "/" + i.Name }

// String names it among all that follow exposures.
func (i id) String() string { return string(i.Kind) + " " + i.key() }

// kind is what there is to know of the kind of a record.
func (c *Controller) kindOf(i id) kind {
	return c.kinds[slices.IndexFunc(c.kinds, func(k kind) bool { return k.Kind == i.Kind })]
}

package clusterset

import (
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

// wantSlices wants what is exported to be imported everywhere, but what is in a
// member that is gone only in that member.
func (s scene) wantSlices(d *decision, i Import, now time.Time) error {
	d.slices = map[string]wish{}
	importing := s.importing()
	for _, m := range s.members {
		if !m.known || !m.exports() || !slices.Contains(i.Clusters, m.cluster) {
			continue
		}
		clusters := importing
		if m.gone(now) {
			clusters = slices.DeleteFunc(slices.Clone(clusters), func(name federation.ClusterName) bool { return name != m.cluster })
		}
		for _, slice := range m.slices {
			if len(clusters) == 0 || slice.AddressType == discoveryv1.AddressTypeFQDN {
				continue
			}
			name := SliceName(m.cluster, slice.Name)
			w, err := s.wantSlice(name, i.lens(m.cluster), slice)
			if err != nil {
				return err
			}
			w.clusters, w.rules = clusters, append(s.holdBack(), w.made.nodesAtHome()...)
			d.slices[name] = w
		}
	}
	return nil
}

// making is what a slice is made of.
type making struct {
	lens
	from *discoveryv1.EndpointSlice
}

// lens is all of an import that a slice of one cluster depends on.
type lens struct {
	source federation.ClusterName
	kind   v1beta1.ServiceImportType
	names  portNames
	local  answer // what comes to the address stays on the node
}

func (i Import) lens(source federation.ClusterName) lens {
	p := i.Spec.InternalTrafficPolicy
	local := i.Spec.Type == v1beta1.ClusterSetIP && p != nil && *p == corev1.ServiceInternalTrafficPolicyLocal
	return lens{source, i.Spec.Type, i.names[source], answer(local)}
}

func (m making) equal(other making) bool {
	return m.from == other.from && m.source == other.source && m.kind == other.kind && m.local == other.local &&
		maps.Equal(m.names, other.names)
}

// wantSlice is the wish for one slice: that of the decision before, when it would be
// made of the same.
func (s scene) wantSlice(name string, l lens, slice *discoveryv1.EndpointSlice) (wish, error) {
	now := making{l, slice}
	if before, made := s.made[name]; made && before.made.equal(now) {
		return before, nil
	}
	template, err := toUnstructured(Slices(), s.importedSlice(now))
	return wish{template: template, made: now}, err
}

// importedSlice is what one cluster exports in one slice, as the other clusters get
// it. Where the import has an address it belongs to the derived Service.
func (s scene) importedSlice(m making) *discoveryv1.EndpointSlice {
	labels := map[string]string{
		v1beta1.LabelServiceName: s.key.Name, v1beta1.LabelSourceCluster: string(m.source), discoveryv1.LabelManagedBy: ManagedBy,
	}
	if m.kind == v1beta1.ClusterSetIP {
		labels[discoveryv1.LabelServiceName] = DerivedName(s.key.Name)
	}
	return &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Labels: s.labelsOf(labels)},
		AddressType: m.from.AddressType, Endpoints: m.endpoints(), Ports: m.ports(),
	}
}

// ports are those that the import has, by its names for them.
func (m making) ports() []discoveryv1.EndpointPort {
	ports := []discoveryv1.EndpointPort{}
	for _, p := range m.from.Ports {
		before := ""
		if p.Name != nil {
			before = *p.Name
		}
		if name, found := m.names[before]; found {
			p.Name = &name
			ports = append(ports, p)
		}
	}
	return ports
}

// endpoints are as they are read elsewhere: nothing is said of nodes and pods, whose
// names mean others there, nor of hints, which were given for the endpoints of one
// cluster.
func (m making) endpoints() []discoveryv1.Endpoint {
	endpoints := make([]discoveryv1.Endpoint, len(m.from.Endpoints))
	for n, e := range m.from.Endpoints {
		endpoints[n] = discoveryv1.Endpoint{Addresses: slices.Clone(e.Addresses), Conditions: e.Conditions, Hostname: e.Hostname, Zone: e.Zone}
	}
	return endpoints
}

// nodesAtHome has the endpoints say on which nodes they are where that matters: in
// their own cluster, when what comes to the address stays on the node.
func (m making) nodesAtHome() []overrides.Rule {
	if !m.local {
		return nil
	}
	rule := overrides.Rule{Cluster: m.source}
	for n, e := range m.from.Endpoints {
		if e.NodeName != nil {
			rule.Patches = append(rule.Patches, overrides.Patch{Op: "add", Path: fmt.Sprintf("/endpoints/%d/nodeName", n), Value: *e.NodeName})
		}
	}
	if len(rule.Patches) == 0 {
		return nil
	}
	return []overrides.Rule{rule}
}

package clusterset

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/overrides"
)

// giveAddresses has the import in each cluster have the addresses of the derived
// Service there. Where that has none yet, the import waits for it.
func (s scene) giveAddresses(w *wish, i Import) {
	for _, m := range s.members {
		if !m.imports {
			continue
		}
		addresses := m.addresses(i)
		if m.derived == nil || len(m.derived.Spec.ClusterIPs) == 0 {
			w.awaits = append(w.awaits, m.cluster)
		}
		if len(addresses) > 0 {
			w.rules = append(w.rules, overrides.Rule{Cluster: m.cluster, Patches: []overrides.Patch{
				{Op: "add", Path: "/spec/ips", Value: asAny(addresses)},
				{Op: "add", Path: "/spec/ipFamilies", Value: asAny(familiesIn(addresses))},
			}})
		}
	}
}

// addresses are those of the derived Service that lead to every export.
func (m sighting) addresses(i Import) []string {
	if m.derived == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(m.derived.Spec.ClusterIPs), func(ip string) bool {
		return len(i.Spec.IPFamilies) > 0 && !slices.Contains(i.Spec.IPFamilies, familyOf(ip))
	})
}

func familyOf(ip string) corev1.IPFamily {
	if a, err := netip.ParseAddr(ip); err == nil && a.Is6() {
		return corev1.IPv6Protocol
	}
	return corev1.IPv4Protocol
}

func familiesIn(addresses []string) []corev1.IPFamily {
	families := make([]corev1.IPFamily, len(addresses))
	for n, ip := range addresses {
		families[n] = familyOf(ip)
	}
	return families
}

// asAny is a list as JSON has it.
func asAny[T ~string](list []T) []any {
	all := make([]any, len(list))
	for n, item := range list {
		all[n] = string(item)
	}
	return all
}

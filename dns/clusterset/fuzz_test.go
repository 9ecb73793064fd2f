package clusterset_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/dns/clusterset"
	"github.com/fedrail/fedrail/federation"
)

// FuzzMerge builds exports from bytes and checks what holds for every import: it
// could be a Service, it and the verdicts do not depend on the order of exports,
// every export that counts is in it with each of its ports that the import has, and
// a younger export takes nothing from it but families.
func FuzzMerge(f *testing.F) {
	f.Add([]byte{3, 1, 2, 3})
	f.Add([]byte{4, 1, 1, 1, 2, 1, 0, 1, 2, 1, 1, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9})
	f.Add([]byte{5, 0, 3, 7, 1, 6, 2, 8, 4, 9, 3, 1, 1, 2, 0, 3, 2, 2, 1, 0, 5, 6, 7, 1, 2, 3, 4, 200, 40, 3, 17})
	f.Fuzz(func(t *testing.T, seed []byte) {
		bytes := dice(seed)
		exports := bytes.exports()
		before := make([]clusterset.Export, len(exports))
		for i, e := range exports {
			before[i] = e
			before[i].Service = e.Service.DeepCopy()
		}
		merged, verdicts := clusterset.Merge(exports)
		require.Equal(t, before, exports, "the exports are as they were")
		requireService(t, merged)
		requireVerdicts(t, exports, merged, verdicts)

		slices.Reverse(exports)
		again, verdictsAgain := clusterset.Merge(exports)
		require.Equal(t, merged, again)
		require.Equal(t, verdicts, verdictsAgain)

		more := append(slices.Clone(exports), bytes.export("z", 59))
		after, _ := clusterset.Merge(more)
		if len(merged.Clusters) > 0 {
			requireGrown(t, merged, after)
		}
	})
}

// requireService checks that a Service could have these ports.
func requireService(t *testing.T, i clusterset.Import) {
	t.Helper()
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, p := range i.Spec.Ports {
		require.False(t, names[p.Name], "two ports are called %q", p.Name)
		require.True(t, p.Name != "" || len(i.Spec.Ports) == 1, "one of several ports has no name")
		number := string(rune(p.Port)) + string(p.Protocol)
		require.False(t, numbers[number], "two ports are %d/%s", p.Port, p.Protocol)
		names[p.Name], numbers[number] = true, true
	}
}

func requireVerdicts(t *testing.T, exports []clusterset.Export, i clusterset.Import, verdicts []clusterset.Verdict) {
	t.Helper()
	require.Len(t, verdicts, len(exports))
	conflicts := map[string]bool{}
	for _, v := range verdicts {
		at := slices.IndexFunc(exports, func(e clusterset.Export) bool { return e.Cluster == v.Cluster })
		counts := v.Valid.Status == "True"
		require.Equal(t, counts, slices.Contains(i.Clusters, v.Cluster))
		if !counts {
			continue
		}
		conflicts[v.Conflict.Reason+v.Conflict.Message] = true
		leads := map[string]bool{}
		for _, p := range exports[at].Service.Spec.Ports {
			if name, found := i.PortName(v.Cluster, p.Name); found {
				require.True(t, slices.ContainsFunc(i.Spec.Ports, func(o portOf) bool { return o.Name == name }))
				require.False(t, leads[name], "two ports of %s lead to %q", v.Cluster, name)
				leads[name] = true
			}
		}
		require.NotEmpty(t, leads)
	}
	require.LessOrEqual(t, len(conflicts), 1, "all that count are told the same")
	require.True(t, slices.IsSorted(i.Clusters))
}

func requireGrown(t *testing.T, before, after clusterset.Import) {
	t.Helper()
	require.GreaterOrEqual(t, len(after.Spec.Ports), len(before.Spec.Ports))
	for i, p := range before.Spec.Ports {
		now := after.Spec.Ports[i]
		if p.Name == "" || now.Name != p.Name { // it had none before, or one that was made for it
			p.Name = now.Name
		}
		require.Equal(t, p, now)
	}
	before.Spec.Ports, after.Spec.Ports = nil, nil
	for _, family := range after.Spec.IPFamilies {
		require.True(t, len(before.Spec.IPFamilies) == 0 || slices.Contains(before.Spec.IPFamilies, family))
	}
	before.Spec.IPFamilies, after.Spec.IPFamilies = nil, nil
	require.Equal(t, before.Spec, after.Spec)
	require.Equal(t, before.Labels, after.Labels)
	require.Subset(t, after.Clusters, before.Clusters)
}

// dice makes choices from bytes; when they run out, it always chooses the first.
type dice []byte

func (d *dice) roll(sides int) int {
	if len(*d) == 0 {
		return 0
	}
	rolled := int((*d)[0]) % sides
	*d = (*d)[1:]
	return rolled
}

func pick[T any](d *dice, from ...T) T { return from[d.roll(len(from))] }

func (d *dice) exports() []clusterset.Export {
	all := make([]clusterset.Export, d.roll(6))
	for i := range all {
		all[i] = d.export(federation.ClusterName(rune('a'+i)), d.roll(4))
	}
	return all
}

func (d *dice) export(cluster federation.ClusterName, age int) clusterset.Export {
	e := clusterset.Export{
		Cluster: cluster, Created: time.Date(2026, 5, 4, 12, age, 0, 0, time.UTC),
		Labels: pick(d, nil, map[string]string{}, map[string]string{"a": "b"}, map[string]string{"a": "c"}),
	}
	if d.roll(8) == 7 {
		return e
	}
	spec := corev1.ServiceSpec{
		Type:       pick(d, corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeExternalName),
		ClusterIP:  pick(d, "10.0.0.1", corev1.ClusterIPNone),
		IPFamilies: pick(d, families4, families6, familiesBoth, nil),
	}
	pick(d, func(*corev1.ServiceSpec) {}, sticky(10), sticky(20), near("PreferClose"), within("Local"))(&spec)
	spec.Ports = d.ports()
	e.Service = &corev1.Service{Spec: spec}
	return e
}

// ports are some that a Service can have.
func (d *dice) ports() []corev1.ServicePort {
	if d.roll(3) == 0 {
		return []corev1.ServicePort{{Port: pick[int32](d, 80, 81), Protocol: corev1.ProtocolTCP}}
	}
	ports := []corev1.ServicePort{}
	for range 1 + d.roll(3) {
		p := corev1.ServicePort{
			Name: pick(d, "a", "b", "c", "tcp-80", "tcp-81"), Port: pick[int32](d, 80, 81, 82),
			Protocol: pick(d, corev1.ProtocolTCP, corev1.ProtocolUDP),
		}
		if !slices.ContainsFunc(ports, func(o corev1.ServicePort) bool {
			return o.Name == p.Name || o.Port == p.Port && o.Protocol == p.Protocol
		}) {
			ports = append(ports, p)
		}
	}
	return ports
}

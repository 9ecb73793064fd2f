package clusterset

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
)

// portNames are the names that an import has for the ports of a service, by their
// names there.
type portNames map[string]string

// union is the ports of exports that were added, the oldest first. No two of its
// ports have one name, or one number and protocol.
type union struct {
	ports  []v1beta1.ServicePort
	told   []told // of each port
	places []place
	names  map[federation.ClusterName]portNames
}

// told is what exports say of a port of the union.
type told struct {
	by      federation.ClusterName   // the oldest that has it
	others  []federation.ClusterName // have it otherwise
	aliases []string                 // other names of it
}

// place says which port of the union a port of an export is.
type place struct {
	cluster federation.ClusterName
	name    string // in the export
	port    int    // in the union
}

// add adds the ports of an export. A port is the one that has its name, else the
// one that has its number and protocol, else a new one.
func (u *union) add(e Export) {
	u.names[e.Cluster] = portNames{}
	taken := map[int]bool{}
	ports := portsOf(e.Service)
	for _, p := range ports {
		if i := u.named(p.Name); i >= 0 {
			u.note(e.Cluster, p, i)
			taken[i] = true
		}
	}
	for _, p := range ports {
		if u.named(p.Name) >= 0 {
			continue
		}
		i := u.numbered(p)
		if i < 0 {
			i = len(u.ports)
			u.ports, u.told = append(u.ports, p), append(u.told, told{by: e.Cluster})
		}
		if taken[i] {
			u.differ(e.Cluster, i) // another port of this export has its name
			continue
		}
		u.note(e.Cluster, p, i)
		taken[i] = true
	}
}

// note notes that a port of an export is one of the union.
func (u *union) note(cluster federation.ClusterName, p v1beta1.ServicePort, i int) {
	u.places = append(u.places, place{cluster, p.Name, i})
	if describe(p) != describe(u.ports[i]) {
		u.differ(cluster, i)
	}
	if p.Name != "" && samePort(p, u.ports[i]) {
		u.told[i].aliases = append(u.told[i].aliases, p.Name)
	}
}

func (u *union) differ(cluster federation.ClusterName, i int) {
	if t := &u.told[i]; !slices.Contains(t.others, cluster) {
		t.others = append(t.others, cluster)
	}
}

func (u *union) named(name string) int {
	return slices.IndexFunc(u.ports, func(p v1beta1.ServicePort) bool { return p.Name == name })
}

func (u *union) numbered(like v1beta1.ServicePort) int {
	return slices.IndexFunc(u.ports, func(p v1beta1.ServicePort) bool { return samePort(p, like) })
}

func samePort(a, b v1beta1.ServicePort) bool { return a.Port == b.Port && a.Protocol == b.Protocol }

// result gives a name to a port that has none beside others, for a Service could
// not be like that, and returns what each export's ports are called.
func (u *union) result() map[federation.ClusterName]portNames {
	if i := u.named(""); i >= 0 && len(u.ports) > 1 {
		u.ports[i].Name = u.nameFor(i)
	}
	for _, p := range u.places {
		u.names[p.cluster][p.name] = u.ports[p.port].Name
	}
	return u.names
}

// nameFor is a name that no other port has: one that an export has for it, else
// one of protocol and number.
func (u *union) nameFor(i int) string {
	p := u.ports[i]
	fallback := fmt.Sprintf("%s-%d", strings.ToLower(string(p.Protocol)), p.Port)
	for _, name := range append(u.told[i].aliases, fallback) {
		if u.named(name) < 0 {
			return name
		}
	}
	for n := 2; ; n++ {
		if name := fmt.Sprintf("%s-%d", fallback, n); u.named(name) < 0 {
			return name
		}
	}
}

// conflicts are the ports that exports have otherwise.
func (u *union) conflicts(of int) []conflict {
	var all []conflict
	for i, t := range u.told {
		if len(t.others) > 0 {
			what := "port " + describe(u.ports[i])
			all = append(all, conflict{v1beta1.ServiceExportReasonPortConflict, what, t.by, t.others, of})
		}
	}
	return all
}

// describe says all of a port: `"http" is 80/TCP (appProtocol h2c)`.
func describe(p v1beta1.ServicePort) string {
	text := fmt.Sprintf("%q is %d/%s", p.Name, p.Port, p.Protocol)
	if p.AppProtocol != nil {
		text += fmt.Sprintf(" (appProtocol %s)", *p.AppProtocol)
	}
	return text
}

// portsOf are the ports of a service as an import has them.
func portsOf(service *corev1.Service) []v1beta1.ServicePort {
	ports := make([]v1beta1.ServicePort, len(service.Spec.Ports))
	for i, p := range service.Spec.Ports {
		ports[i] = v1beta1.ServicePort{Name: p.Name, Protocol: p.Protocol, AppProtocol: p.AppProtocol, Port: p.Port}
		if p.Protocol == "" {
			ports[i].Protocol = corev1.ProtocolTCP
		}
	}
	return ports
}

package clusterset

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// scene is all that is known of one service.
type scene struct {
	federation string
	key        propagation.Key
	members    []sighting // in name order
	fares      fares
	made       map[string]wish // the slices of the decision before, by name
}

// sighting is what is known of a service in one member.
type sighting struct {
	cluster federation.ClusterName
	// known says that all that follows was seen, be it a while ago.
	known bool
	// until is when a member that is away, or not known, counts as gone; zero when
	// it is neither.
	until time.Time
	// imports says that the namespace and the kind ServiceImport are there.
	imports bool

	export  *v1beta1.ServiceExport
	service *corev1.Service
	slices  []*discoveryv1.EndpointSlice // of the service, in name order
	derived *corev1.Service
	held    *v1beta1.ServiceImport // that was made here before
}

// exports says whether the member exports the service, or says that it does.
func (m sighting) exports() bool { return m.export != nil && m.export.DeletionTimestamp == nil }

// gone says that nobody waits for the member any more.
func (m sighting) gone(now time.Time) bool { return !m.until.IsZero() && !now.Before(m.until) }

// fares is how what was declared of a service fares, as it was reported last.
type fares struct {
	imported, service status.Summary
	slices            map[string]status.Summary // by name
}

// exports are those of members that are known.
func (s scene) exports() []Export {
	var all []Export
	for _, m := range s.members {
		if m.known && m.exports() {
			all = append(all, Export{
				Cluster: m.cluster, Created: m.export.CreationTimestamp.Time,
				Labels: m.export.Spec.ExportedLabels, Annotations: m.export.Spec.ExportedAnnotations,
				Service: m.service,
			})
		}
	}
	return all
}

// remembered is the import as it is in the members, made by a process before this
// one: of the first that has it, with the clusters that any of them names. With no
// clusters there is none.
func (s scene) remembered() Import {
	var i Import
	for _, m := range s.members {
		if m.held == nil {
			continue
		}
		if len(i.Clusters) == 0 {
			i.Spec = m.held.Spec
		}
		for _, c := range m.held.Status.Clusters {
			if name := federation.ClusterName(c.Cluster); !slices.Contains(i.Clusters, name) {
				i.Clusters = append(i.Clusters, name)
			}
		}
	}
	slices.Sort(i.Clusters)
	return i
}

// unseen are the members that export the service, as far as anybody knows, and
// have not been seen to by this process.
func (s scene) unseen(remembered Import) []sighting {
	return slices.DeleteFunc(slices.Clone(s.members), func(m sighting) bool {
		return m.known || !m.exports() && !slices.Contains(remembered.Clusters, m.cluster)
	})
}

// importing are the members that hold the import, or may hold it.
func (s scene) importing() []federation.ClusterName {
	var names []federation.ClusterName
	for _, m := range s.members {
		if m.imports || !m.known {
			names = append(names, m.cluster)
		}
	}
	return names
}

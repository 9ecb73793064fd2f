package clusterset

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// Import is what a service is to all clusters.
type Import struct {
	// Spec is that of the ServiceImport, without the addresses, which each cluster
	// gives by itself.
	Spec v1beta1.ServiceImportSpec
	// Labels and Annotations are those of the ServiceImport.
	Labels, Annotations map[string]string
	// Clusters are those that export the service, in name order; none: there is no
	// import.
	Clusters []federation.ClusterName

	names map[federation.ClusterName]portNames
}

// PortName is the name that the import has for a port that the service has in one
// of its clusters; false when the import has no such port.
func (i Import) PortName(cluster federation.ClusterName, port string) (name string, found bool) {
	name, found = i.names[cluster][port]
	return name, found
}

// Merge makes one import of the exports of a service, at most one of each cluster,
// and says of each export what there is to say, in the order of clusters. An export
// without a Service, or of one that cannot be exported, does not count.
//
// The import has the ports of all exports. Where exports differ in what cannot be
// merged, the oldest one decides; of those that are equally old, the first by the
// name of its cluster. The condition Conflict of every export that counts then says
// in what they differ, whose word counts, and who says otherwise.
//
// Merge is a pure function: it does not change the exports, and their order does
// not matter.
func Merge(exports []Export) (Import, []Verdict) {
	counting := valid(exports)
	var merged Import
	var conflicts []conflict
	if len(counting) > 0 {
		merged, conflicts = merge(counting)
	}
	verdicts := make([]Verdict, len(exports))
	for i, e := range exports {
		v := Verdict{Cluster: e.Cluster, Valid: e.validity()}
		if v.Conflict = conflicting(conflicts); v.Valid.Status == answer(false).String() {
			v.Conflict = condition(v1beta1.ServiceExportConditionConflict, false, string(v1beta1.ServiceExportReasonNoConflicts),
				"it does not count while it is not valid")
		}
		verdicts[i] = v
	}
	slices.SortFunc(verdicts, func(a, b Verdict) int { return cmp.Compare(a.Cluster, b.Cluster) })
	return merged, verdicts
}

// merge makes an import of exports that count, the oldest first.
func merge(exports []Export) (Import, []conflict) {
	oldest := exports[0]
	u := union{names: map[federation.ClusterName]portNames{}}
	for _, e := range exports {
		u.add(e)
	}
	merged := Import{
		Spec:   specOf(oldest),
		Labels: oldest.Labels, Annotations: oldest.Annotations,
		names: u.result(),
	}
	merged.Spec.Ports = u.ports
	families, conflicts := familiesOf(exports)
	merged.Spec.IPFamilies = families
	for _, e := range exports {
		merged.Clusters = append(merged.Clusters, e.Cluster)
	}
	slices.Sort(merged.Clusters)
	return merged, slices.Concat(differences(exports), u.conflicts(len(exports)), conflicts)
}

// conflicting is the condition Conflict of exports that count.
func conflicting(conflicts []conflict) status.Condition {
	if len(conflicts) == 0 {
		return condition(v1beta1.ServiceExportConditionConflict, false, string(v1beta1.ServiceExportReasonNoConflicts), "no export differs from another")
	}
	var reasons, messages []string
	for _, c := range conflicts {
		if !slices.Contains(reasons, string(c.reason)) {
			reasons = append(reasons, string(c.reason))
		}
		messages = append(messages, c.message())
	}
	return condition(v1beta1.ServiceExportConditionConflict, true, strings.Join(reasons, ","), strings.Join(messages, "; "))
}

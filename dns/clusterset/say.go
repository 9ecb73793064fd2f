package clusterset

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/mcs-api/pkg/apis/v1beta1"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// importWord is what is said of an import in one member.
type importWord struct {
	clusters []federation.ClusterName
	ready    status.Condition
}

// sayOfExports are the conditions of the export in each member that can be told.
func (s scene) sayOfExports(i Import, verdicts []Verdict, d decision) map[federation.ClusterName][]status.Condition {
	said, t := map[federation.ClusterName][]status.Condition{}, s.troubles(i, d)
	for _, v := range verdicts {
		m := s.member(v.Cluster)
		if !m.until.IsZero() {
			continue // nobody is there to be told
		}
		said[v.Cluster] = []status.Condition{v.Valid, v.Conflict, m.exported(v, d, t)}
	}
	return said
}

func (s scene) member(name federation.ClusterName) sighting {
	for _, m := range s.members {
		if m.cluster == name {
			return m
		}
	}
	return sighting{cluster: name}
}

// exported is the condition Ready of an export. Once it is true, only what fails
// makes it false, not what is about to be done.
func (m sighting) exported(v Verdict, d decision, t troubles) status.Condition {
	ready := func(holds answer, reason v1beta1.ServiceExportConditionReason, message string) status.Condition {
		return condition(v1beta1.ServiceExportConditionReady, holds, string(reason), message)
	}
	failing := t.of(m.cluster)
	before := meta.FindStatusCondition(m.export.Status.Conditions, string(v1beta1.ServiceExportConditionReady))
	settled := before != nil && before.Status == metav1.ConditionTrue
	switch {
	case v.Valid.Status != answer(true).String():
		return ready(false, v1beta1.ServiceExportReasonFailed, "it is not valid: "+v.Valid.Message)
	case len(failing) > 0:
		return ready(false, v1beta1.ServiceExportReasonFailed, strings.Join(failing[:min(len(failing), shownClusters)], "; "))
	case d.stays:
		return ready(true, v1beta1.ServiceExportReasonExported, "the service is imported; the import stays as it is until every cluster that exports it has been seen")
	case d.imported == nil:
		return ready(false, v1beta1.ServiceExportReasonPending, "no cluster has both the namespace and the kind ServiceImport")
	case len(t.pending) > 0 && !settled:
		return ready(false, v1beta1.ServiceExportReasonPending, "it is being imported by "+listed(t.pending))
	}
	return ready(true, v1beta1.ServiceExportReasonExported, "every cluster that has the namespace imports the service")
}

// troubles are what keeps the import from being everywhere.
type troubles struct {
	pending []federation.ClusterName // were not seen to hold it yet
	failing map[federation.ClusterName]string
	fine    map[federation.ClusterName]bool // import it
	// slices are of those of one cluster, by that.
	slices map[federation.ClusterName]map[federation.ClusterName]string
}

// troubles looks at the members that import.
func (s scene) troubles(i Import, d decision) troubles {
	t := troubles{
		failing: map[federation.ClusterName]string{}, fine: map[federation.ClusterName]bool{},
		slices: map[federation.ClusterName]map[federation.ClusterName]string{},
	}
	for _, m := range s.members {
		if !m.imports {
			continue
		}
		seen, problem := outcome(s.fares.imported, m.cluster)
		if i.Spec.Type == v1beta1.ClusterSetIP && problem == "" {
			_, problem = outcome(s.fares.service, m.cluster)
		}
		switch {
		case problem != "":
			t.failing[m.cluster] = problem
		case !seen:
			t.pending = append(t.pending, m.cluster)
		default:
			t.fine[m.cluster] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.slices)) {
		t.addSlice(d.slices[name].made.source, s.fares.slices[name])
	}
	return t
}

// addSlice adds what keeps a slice of a cluster from being everywhere.
func (t troubles) addSlice(source federation.ClusterName, s status.Summary) {
	for _, o := range s.Clusters {
		if _, problem := outcomeOf(o); problem != "" && t.fine[o.Cluster] {
			if t.slices[source] == nil {
				t.slices[source] = map[federation.ClusterName]string{}
			}
			t.slices[source][o.Cluster] = problem
		}
	}
}

// of are the sentences about what one cluster exports.
func (t troubles) of(source federation.ClusterName) []string {
	all := maps.Clone(t.failing)
	maps.Copy(all, t.slices[source])
	var sentences []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sentences = append(sentences, fmt.Sprintf("%s: %s", name, all[name]))
	}
	return sentences
}

// outcome says whether it was seen that a cluster holds an object, or that it is
// away, and what keeps it from that; empty when that is just time.
func outcome(s status.Summary, cluster federation.ClusterName) (seen bool, problem string) {
	at := slices.IndexFunc(s.Clusters, func(o status.Observation) bool { return o.Cluster == cluster })
	if at < 0 {
		return false, ""
	}
	return outcomeOf(s.Clusters[at])
}

func outcomeOf(o status.Observation) (seen bool, problem string) {
	switch o.State {
	case status.OK, status.ClusterNotReady:
		return true, ""
	case status.CachedRetrievalFailed, status.ClientRetrievalFailed, status.CreationTimedOut, status.UpdateTimedOut,
		status.WaitingForNamespace, status.WaitingForKind, status.WaitingForRemoval,
		status.ApplyOverridesFailed: // it was held back when that was reported: see tailor
		return false, ""
	default:
		return false, fmt.Sprintf("%s: %s", o.State, o.Message)
	}
}

// sayOfImports is what is said of the import in each member that has it.
func (s scene) sayOfImports(i Import) map[federation.ClusterName]importWord {
	said := map[federation.ClusterName]importWord{}
	for _, m := range s.members {
		if m.held != nil && m.until.IsZero() && len(i.Clusters) > 0 {
			said[m.cluster] = importWord{i.Clusters, s.usable(m, i)}
		}
	}
	return said
}

// usable is the condition Ready of an import.
func (s scene) usable(m sighting, i Import) status.Condition {
	ready := func(holds answer, reason v1beta1.ServiceImportConditionReason, message string) status.Condition {
		return status.Condition{
			Type: string(v1beta1.ServiceImportConditionReady), Status: holds.String(), Reason: string(reason), Message: message,
		}
	}
	_, problem := outcome(s.fares.service, m.cluster)
	switch {
	case i.Spec.Type == v1beta1.Headless:
		return ready(true, v1beta1.ServiceImportReasonReady, "its endpoints are imported")
	case len(m.addresses(i)) > 0:
		return ready(true, v1beta1.ServiceImportReasonReady, "it has an address, and its endpoints are imported")
	case m.derived != nil && len(m.derived.Spec.ClusterIPs) > 0:
		return ready(false, v1beta1.ServiceImportReasonIPFamilyNotSupported,
			fmt.Sprintf("the cluster has no addresses of %v, in which every export can be reached", i.Spec.IPFamilies))
	case problem != "":
		return ready(false, v1beta1.ServiceImportReasonPending, fmt.Sprintf("the Service %s, whose address it gets, is not there: %s", DerivedName(s.key.Name), problem))
	}
	return ready(false, v1beta1.ServiceImportReasonPending, fmt.Sprintf("the Service %s has no address yet", DerivedName(s.key.Name)))
}

// Package checker compares what clusters hold with what a federation says they
// hold, object by object and field by field. It asks nobody: it is given what
// was listed, and returns what is wrong.
//
//	f := checker.Federation{Type: configMaps, Clusters: members, Objects: onTheHost}
//	want, findings := f.Want()
//	for name, have := range inTheMembers {
//		findings = append(findings, checker.Compare(checker.Cluster{Name: name, Want: want[name], Have: have, Foreign: before[name]})...)
//	}
//
// Nothing lost, nothing extra, nothing foreign changed: then there are no
// findings.
package checker

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/internal/fields"
	"github.com/fedrail/fedrail/propagation"
)

// Cluster is one cluster at one moment.
type Cluster struct {
	Name federation.ClusterName
	// Want are the copies that it should hold. A copy has to have every field that
	// is named, and may have others; but our manager owns no other.
	Want []unstructured.Unstructured
	// Have are all objects of the type in the cluster, whoever's they are.
	Have []unstructured.Unstructured
	// Foreign are objects that are not ours, as they were listed earlier. They have
	// to be there still, equal in every field, metadata.resourceVersion included.
	// Objects that came since without our label are not looked at.
	Foreign []unstructured.Unstructured
	// Manager is our field manager; empty is "fedrail".
	Manager string
}

// Finding is one thing that is wrong.
type Finding struct {
	Cluster federation.ClusterName
	Object  propagation.Key
	Field   string // such as ".data.color"; empty is the object as a whole
	Problem Problem
	Want    string // of the field, as JSON; empty when it should not be there
	Have    string // likewise
}

// Problem is a kind of [Finding].
type Problem string

// The problems.
const (
	Lost      Problem = "is lost"                            // a copy that should be there, or a foreign object that was
	Extra     Problem = "is there and should not be"         // a copy, or a field that we own in one
	Different Problem = "is not as it should be"             // a field of a copy
	Meddled   Problem = "is somebody else's and was changed" // a field of a foreign object
	Untrue    Problem = "does not tell the truth"            // a field of a status on the host
	Stuck     Problem = "is being deleted still"             // an object
)

// String is a sentence for people.
func (f Finding) String() string {
	text := fmt.Sprintf("%s: %s%s %s", f.Cluster, f.Object, f.Field, f.Problem)
	if f.Want != "" || f.Have != "" {
		text += fmt.Sprintf(": want %s, have %s", cmp.Or(f.Want, "nothing"), cmp.Or(f.Have, "nothing"))
	}
	return text
}

// Compare returns all that is wrong in a cluster, sorted by object and field. It
// changes nothing that it is given.
func Compare(c Cluster) []Finding {
	r := review{cluster: c.Name}
	have := byKey(c.Have)
	wanted, foreign := byKey(c.Want), byKey(c.Foreign)
	for key, want := range wanted {
		r.copy(key, want, have[key], cmp.Or(c.Manager, "fedrail"))
	}
	for key, before := range foreign {
		r.foreign(key, before, have[key])
	}
	for key, object := range have {
		if wanted[key] == nil && foreign[key] == nil && object.GetLabels()[propagation.ManagedLabel] == "true" {
			r.note(key, "", Extra)
		}
	}
	return sorted(r.findings)
}

func byKey(objects []unstructured.Unstructured) map[propagation.Key]*unstructured.Unstructured {
	keyed := make(map[propagation.Key]*unstructured.Unstructured, len(objects))
	for i := range objects {
		keyed[propagation.KeyOf(&objects[i])] = &objects[i]
	}
	return keyed
}

func sorted(findings []Finding) []Finding {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Object.Namespace, b.Object.Namespace),
			cmp.Compare(a.Object.Name, b.Object.Name), cmp.Compare(a.Field, b.Field))
	})
	return findings
}

// review collects what is wrong in one cluster.
type review struct {
	cluster  federation.ClusterName
	findings []Finding
}

func (r *review) note(key propagation.Key, field string, p Problem) {
	r.findings = append(r.findings, Finding{Cluster: r.cluster, Object: key, Field: field, Problem: p})
}

func (r *review) notes(key propagation.Key, all []difference, p Problem) {
	for _, d := range all {
		r.findings = append(r.findings, Finding{Cluster: r.cluster, Object: key, Field: d.field, Problem: p, Want: d.want, Have: d.have})
	}
}

// copy compares a copy with what it should be.
func (r *review) copy(key propagation.Key, want, have *unstructured.Unstructured, manager string) {
	switch {
	case have == nil:
		r.note(key, "", Lost)
		return
	case have.GetDeletionTimestamp() != nil:
		r.note(key, "", Stuck)
		return
	}
	should := labelled(want)
	r.notes(key, named(should, have.Object), Different)
	for _, field := range fields.Beyond(fields.Owned(have.GetManagedFields(), manager), should) {
		r.note(key, field, Extra)
	}
}

// labelled is a copy with the label that each one has.
func labelled(want *unstructured.Unstructured) map[string]any {
	object := maps.Clone(want.Object)
	meta, _ := object["metadata"].(map[string]any)
	meta = maps.Clone(meta)
	given, _ := meta["labels"].(map[string]any)
	labels := map[string]any{}
	maps.Copy(labels, given)
	labels[propagation.ManagedLabel] = "true"
	meta["labels"] = labels
	object["metadata"] = meta
	return object
}

// foreign compares an object of somebody else with what it was.
func (r *review) foreign(key propagation.Key, before, now *unstructured.Unstructured) {
	if now == nil {
		r.note(key, "", Lost)
		return
	}
	r.notes(key, all(before.Object, now.Object), Meddled)
}

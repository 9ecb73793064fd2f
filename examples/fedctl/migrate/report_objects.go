package migrate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

func (r *report) types(in Inventory) {
	for _, t := range in.Types {
		subject := "type " + t.Name
		switch {
		case t.Unread != nil:
			r.decide(subject, "see whether its definition is there", "objects of %s cannot be read: %v", t.Spec.FederatedType.Kind, t.Unread)
		case t.Unserved != nil:
			r.decide(subject, "enable it in a version that the host serves, or delete its FederatedTypeConfig", "its definition stays as it is: %v", t.Unserved)
		case t.Spec.Propagation != corev1beta1.Enabled:
			r.changes(Carry, subject, "is disabled; objects that are being deleted are let go all the same, where KubeFed let them hang")
		default:
			r.stays(subject, "%s; FederatedTypeConfig, placements, overrides and finalizers", count(len(t.Objects), t.Spec.FederatedType.Kind))
		}
		r.objects(t)
	}
}

// objects tells of those that fare otherwise than before.
func (r *report) objects(t Type) {
	var noted, deleting []string
	for _, o := range t.Objects {
		r.object(o)
		if notes := annotationsOf(o.Object); len(notes) > 0 {
			noted = append(noted, fmt.Sprintf("%s (%s)", o.Key, strings.Join(notes, ", ")))
		}
		if o.Object.GetDeletionTimestamp() != nil {
			deleting = append(deleting, o.Key.String())
		}
	}
	if len(noted) > 0 {
		r.add(Entry{Fate: Changes, Subject: t.Spec.FederatedType.Kind, Step: Carry, Objects: noted,
			Message: "annotations of the template are carried, which KubeFed left out: " + some(noted)})
	}
	if len(deleting) > 0 {
		r.add(Entry{Fate: Decide, Subject: t.Spec.FederatedType.Kind, Objects: deleting,
			Message: "are being deleted: " + some(deleting) + "; their copies that KubeFed has not deleted by then stay in the members, for nothing proves whose they are",
			Mend:    "wait until they are gone while KubeFed runs, or delete the copies yourself"})
	}
}

func (r *report) object(o Object) {
	name := subject.Name(o.Object)
	if o.Wrong != nil {
		r.decide(name, "mend it; until then nothing of it changes", "%v", o.Wrong)
		return
	}
	for _, cluster := range slices.Sorted(maps.Keys(o.Preview.Failed)) {
		r.decide(name, "mend it; until then the copy there stays as it is", "%v", o.Preview.Failed[cluster])
	}
	if o.Object.GetDeletionTimestamp() != nil || len(o.Held) == 0 {
		return // it goes, or KubeFed never carried it
	}
	if come := without(o.Preview.Decision.Selected, o.Held); len(come) > 0 {
		r.changes(Carry, name, "comes to %s, where KubeFed did not report it", strings.Join(come, ", "))
	}
	if leave := without(o.Held, o.Preview.Decision.Selected); len(leave) > 0 {
		r.decide(name, "wait until KubeFed has deleted it, or delete it there yourself", "is still in %s, which its placement does not select: nobody will delete that copy", strings.Join(leave, ", "))
	}
}

// without are those clusters that are not among the others.
func without(clusters, others []federation.ClusterName) []string {
	var names []string
	for _, c := range clusters {
		if !slices.Contains(others, c) {
			names = append(names, string(c))
		}
	}
	return names
}

// annotationsOf are the names of the annotations of the template.
func annotationsOf(object *unstructured.Unstructured) []string {
	notes, _, _ := unstructured.NestedMap(object.Object, "spec", "template", "metadata", "annotations") // what is wrong is told elsewhere
	return slices.Sorted(maps.Keys(notes))
}

func (r *report) preferences(in Inventory) {
	for _, p := range in.Preferences {
		subject := fmt.Sprintf("ReplicaSchedulingPreference %s/%s", p.Namespace, p.Name)
		known := p.Spec.TargetKind == "FederatedDeployment" || p.Spec.TargetKind == "FederatedReplicaSet"
		switch {
		case !p.Divides:
			r.decide(subject, "delete it, or name the object", "there is no %s of that name", p.Spec.TargetKind)
		case !known:
			r.changes(Carry, subject, "divides its %s, which KubeFed did not", p.Spec.TargetKind)
		case p.Spec.Planner != "" && p.Spec.Planner != v1alpha1.PlannerKubeFed:
			r.stays(subject, "divides by planner %s, which KubeFed did not have", p.Spec.Planner)
		default:
			r.stays(subject, "divides as before, to the last replica: planner %s; its status says why", v1alpha1.PlannerKubeFed)
		}
	}
}

package checker

import (
	"context"
	"fmt"
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/status"
)

// HostName is the cluster of findings about federated objects.
const HostName federation.ClusterName = "host"

// Federation is what a host says of one type. Namespaces are taken to be
// federated wherever an object is placed.
type Federation struct {
	Type     federation.Type             // of the copies
	Clusters []federation.Cluster        // the members: their names and labels
	Objects  []unstructured.Unstructured // the federated objects
}

// Want returns the copies that each member should hold. A federated object that
// is being deleted has none, and is a finding; so is one that cannot be read.
// What is returned shares memory with the objects.
func (f Federation) Want() (map[federation.ClusterName][]unstructured.Unstructured, []Finding) {
	want := map[federation.ClusterName][]unstructured.Unstructured{}
	var findings []Finding
	for i := range f.Objects {
		o := &f.Objects[i]
		if o.GetDeletionTimestamp() != nil {
			findings = append(findings, Finding{Cluster: HostName, Object: propagation.KeyOf(o), Problem: Stuck})
			continue
		}
		copies, err := f.copies(o)
		if err != nil {
			findings = append(findings, Finding{Cluster: HostName, Object: propagation.KeyOf(o), Field: ".spec", Problem: Different, Have: err.Error()})
			continue
		}
		for name, c := range copies {
			want[name] = append(want[name], c)
		}
	}
	return want, sorted(findings)
}

// copies are those of one federated object, by cluster.
func (f Federation) copies(o *unstructured.Unstructured) (map[federation.ClusterName]unstructured.Unstructured, error) {
	spec, err := federatedkind.SpecOf(o)
	if err != nil {
		return nil, err
	}
	decision, err := f.place(spec.Placement)
	if err != nil {
		return nil, err
	}
	copies := map[federation.ClusterName]unstructured.Unstructured{}
	for _, name := range decision.Selected {
		tailored, err := overrides.JSONPatch{}.Override(context.Background(), f.template(o, spec), federation.Cluster{Name: name}, rules(spec))
		if err != nil {
			return nil, fmt.Errorf("overrides for %s: %w", name, err)
		}
		copies[name] = *tailored
	}
	return copies, nil
}

func (f Federation) place(p federatedkind.Placement) (placement.Decision, error) {
	want := placement.Placement{Selector: p.ClusterSelector}
	if p.Clusters != nil {
		want.Clusters = make([]federation.ClusterName, len(p.Clusters))
	}
	for i, c := range p.Clusters {
		want.Clusters[i] = federation.ClusterName(c.Name)
	}
	return placement.Selector{}.Place(context.Background(), placement.Request{Want: want, Members: federation.NewClusterSet(f.Clusters...)})
}

// template is the object before it is tailored. Of its metadata, labels and
// annotations go along.
func (f Federation) template(o *unstructured.Unstructured, spec federatedkind.Spec) *unstructured.Unstructured {
	object := maps.Clone(spec.Template)
	if object == nil {
		object = map[string]any{}
	}
	given, _ := object["metadata"].(map[string]any)
	meta := map[string]any{"name": o.GetName()}
	if f.Type.Scope == federation.NamespaceScoped {
		meta["namespace"] = o.GetNamespace()
	}
	for _, field := range []string{"labels", "annotations"} {
		if v, set := given[field]; set {
			meta[field] = v
		}
	}
	object["metadata"] = meta
	return &unstructured.Unstructured{Object: object}
}

func rules(spec federatedkind.Spec) []overrides.Rule {
	list := make([]overrides.Rule, len(spec.Overrides))
	for i, o := range spec.Overrides {
		list[i].Cluster = federation.ClusterName(o.ClusterName)
		for _, p := range o.ClusterOverrides {
			list[i].Patches = append(list[i].Patches, overrides.Patch{Op: p.Op, Path: p.Path, Value: p.Value})
		}
	}
	return list
}

// Told compares what each federated object says of itself with what is so when
// every member holds what it should.
func (f Federation) Told() []Finding {
	r := review{cluster: HostName}
	for i := range f.Objects {
		r.told(f, &f.Objects[i])
	}
	return sorted(r.findings)
}

func (r *review) told(f Federation, o *unstructured.Unstructured) {
	key := propagation.KeyOf(o)
	copies, err := f.copies(o)
	said, unread := federatedkind.StatusOf(o)
	if err != nil || unread != nil || o.GetDeletionTimestamp() != nil {
		r.note(key, ".status", Untrue)
		return
	}
	clusters := map[string]any{}
	for name := range copies {
		clusters[string(name)] = ""
	}
	should := map[string]any{"observedGeneration": o.GetGeneration(), "Ready": string(ready(copies, said)), "clusters": clusters}
	for _, d := range all(should, summary(said)) {
		d.field = ".status" + d.field
		r.notes(key, []difference{d}, Untrue)
	}
}

// ready is what the condition Ready should say: that the object is somewhere, and
// works where it is. How copies fare, nobody but the controller judges.
func ready(copies map[federation.ClusterName]unstructured.Unstructured, said federatedkind.Status) metav1.ConditionStatus {
	if len(copies) == 0 || statusOf(said, status.Available) == metav1.ConditionFalse {
		return metav1.ConditionFalse // what is nowhere is of no use
	}
	return metav1.ConditionTrue
}

// statusOf is that of a condition; empty when there is none.
func statusOf(s federatedkind.Status, kind string) metav1.ConditionStatus {
	for _, c := range s.Conditions {
		if c.Type == kind {
			return c.Status
		}
	}
	return ""
}

// summary is the part of a status that can be compared.
func summary(s federatedkind.Status) map[string]any {
	clusters := map[string]any{}
	for _, c := range s.Clusters {
		clusters[c.Name] = c.Status
	}
	out := map[string]any{"observedGeneration": s.ObservedGeneration, "clusters": clusters}
	if ready := statusOf(s, status.Ready); ready != "" {
		out["Ready"] = string(ready)
	}
	return out
}

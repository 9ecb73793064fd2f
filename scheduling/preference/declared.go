package preference

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// declared is a federated object. It must not be changed.
type declared struct {
	object *unstructured.Unstructured
	spec   federatedkind.Spec
}

// told is what each cluster was told to have of a field.
func (d declared) told(path string) shares {
	all := shares{}
	for _, o := range d.spec.Overrides {
		name := federation.ClusterName(o.ClusterName)
		if !d.mayBeIn(name) {
			continue
		}
		for _, p := range o.ClusterOverrides {
			if n, whole := number(p.Value); p.Path == path && p.Op != "remove" && whole {
				all[name] = n
			}
		}
	}
	return all
}

// mayBeIn says whether the list of clusters does not keep a cluster out.
func (d declared) mayBeIn(name federation.ClusterName) bool {
	return d.spec.Placement.Clusters == nil || d.lists(name)
}

// lists says whether the list of clusters has a cluster.
func (d declared) lists(name federation.ClusterName) bool {
	return slices.ContainsFunc(d.spec.Placement.Clusters, func(c federatedkind.ClusterReference) bool { return c.Name == string(name) })
}

// retains says why a field is the member's once it holds a copy; empty when it is
// not.
func (d declared) retains(path string, config *corev1beta1.FederatedTypeConfig) string {
	dotted := strings.ReplaceAll(path, "/", ".")
	switch {
	case d.spec.RetainReplicas && path == replicas:
		return "spec.retainReplicas of the " + d.object.GetKind()
	case slices.Contains(config.Spec.Ownership.Retain, dotted):
		return "spec.ownership.retain of FederatedTypeConfig " + config.Name
	}
	for line := range strings.Lines(d.object.GetAnnotations()[federatedkind.RetainAnnotation]) {
		if strings.TrimSpace(line) == dotted {
			return "the annotation " + federatedkind.RetainAnnotation
		}
	}
	return ""
}

// content is a copy's content before overrides, with the identity of the copy.
func (d declared) content(of federation.Type) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"spec": d.spec.Template["spec"]}}
	o.SetGroupVersionKind(of.GroupVersionKind())
	o.SetNamespace(d.object.GetNamespace())
	o.SetName(d.object.GetName())
	return o
}

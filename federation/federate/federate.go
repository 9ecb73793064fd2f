// Package federate makes federated objects of plain ones: of what somebody wrote into
// a file, or of what a cluster serves. It knows what of an object was declared and
// what a cluster made of it, and which objects are not anybody's to declare.
//
// It asks no cluster. The result is what KubeFed's command line made, except that
// annotations are kept.
package federate

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

// Options say how an object is federated. The zero Options are for all clusters.
type Options struct {
	// Federated is the type of the federated object; zero is the one that
	// federatedkind makes of the object's kind, in KubeFed's group.
	Federated federation.Type
	// Clusters are those that should hold the object; nil is all, now and later.
	Clusters []federation.ClusterName
	// Pinned keeps the object's apiVersion in the template, for one that is not written
	// in the version that is enabled for its type.
	Pinned bool
}

// Result is a federated object.
type Result struct {
	Object *unstructured.Unstructured
	// LeftOut are fields that are not in its template, because a cluster or a client
	// made them: those that are somebody's only sometimes. That status and most of the
	// metadata are left out goes without saying.
	LeftOut []string
}

// Object makes the federated object that declares an object in clusters. It has the
// object's name and namespace; that of a Namespace is in the namespace itself. Labels
// and annotations go into the template. The object is not changed, and the result
// shares no memory with it.
func Object(o *unstructured.Unstructured, how Options) Result {
	template := o.DeepCopy()
	t := &trimmed{Unstructured: template}
	t.trim()
	for _, field := range []string{"kind", "status"} {
		delete(template.Object, field)
	}
	if !how.Pinned {
		delete(template.Object, "apiVersion")
	}
	return Result{LeftOut: t.leftOut, Object: &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": how.federated(o).GroupVersionKind().GroupVersion().String(),
		"kind":       how.federated(o).Kind,
		"metadata":   identityOf(o),
		"spec":       map[string]any{"template": template.Object, "placement": how.placement()},
	}}}
}

// federated is the type of the federated object.
func (how Options) federated(o *unstructured.Unstructured) federation.Type {
	if how.Federated != (federation.Type{}) {
		return how.Federated
	}
	target := federation.Type{Group: o.GroupVersionKind().Group, Version: o.GroupVersionKind().Version, Kind: o.GetKind(),
		Resource: corev1beta1.PluralName(o.GetKind()), Scope: federation.NamespaceScoped}
	if o.GetNamespace() == "" {
		target.Scope = federation.ClusterScoped
	}
	return federatedkind.Kind{Target: target}.Federated()
}

func (how Options) placement() map[string]any {
	if how.Clusters == nil {
		return map[string]any{"clusterSelector": map[string]any{"matchLabels": map[string]any{}}}
	}
	clusters := make([]any, len(how.Clusters))
	for i, name := range how.Clusters {
		clusters[i] = map[string]any{"name": string(name)}
	}
	return map[string]any{"clusters": clusters}
}

// identityOf is the metadata of the federated object.
func identityOf(o *unstructured.Unstructured) map[string]any {
	meta := map[string]any{"name": o.GetName()}
	switch {
	case isNamespace(o):
		meta["namespace"] = o.GetName()
	case o.GetNamespace() != "":
		meta["namespace"] = o.GetNamespace()
	}
	return meta
}

func isNamespace(o *unstructured.Unstructured) bool {
	return o.GetAPIVersion() == "v1" && o.GetKind() == "Namespace"
}

// metadata leaves labels and annotations alone in the template. Values that are no
// text are left for an API server to refuse.
func (t *trimmed) metadata() {
	meta, _ := t.Object["metadata"].(map[string]any)
	kept := map[string]any{}
	for _, field := range []string{"annotations", "labels"} {
		values, _ := meta[field].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if isTheClusters(name) {
				t.leftOut = append(t.leftOut, "metadata."+field+"["+name+"]")
				delete(values, name)
			}
		}
		if len(values) > 0 {
			kept[field] = values
		}
	}
	delete(t.Object, "metadata")
	if len(kept) > 0 {
		t.Object["metadata"] = kept
	}
}

// isTheClusters says of a label or an annotation that clients, controllers or a
// federation noted it about this very object.
func isTheClusters(name string) bool {
	domain, _, _ := strings.Cut(name, "/")
	switch domain {
	case "kubefed.io", "fedrail.io", "deployment.kubernetes.io", "pv.kubernetes.io", "volume.kubernetes.io", "volume.beta.kubernetes.io":
		return true
	}
	return name == corev1.LastAppliedConfigAnnotation
}

package follow

import (
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// contentOf is what of a host's object goes to the members: what was declared,
// and nothing that the host made of it. It shares memory with the object, and
// neither may be changed.
func contentOf(o *unstructured.Unstructured, t federation.Type) *unstructured.Unstructured {
	content := maps.Clone(o.Object)
	content["apiVersion"], content["kind"] = t.GroupVersionKind().GroupVersion().String(), t.Kind
	delete(content, "status")
	meta := map[string]any{}
	if l := keep(o.GetLabels(), func(name string) bool { return name != propagation.ManagedLabel }); len(l) > 0 {
		meta["labels"] = l
	}
	if a := keep(o.GetAnnotations(), travels); len(a) > 0 {
		meta["annotations"] = a
	}
	content["metadata"] = meta
	switch t {
	case ServiceAccounts():
		delete(content, "secrets") // the host's tokens
	case claims():
		spec := maps.Clone(child(content, "spec"))
		delete(spec, "volumeName") // the host's volume
		content["spec"] = spec
	}
	return &unstructured.Unstructured{Object: content}
}

// travels says whether an annotation goes with the object: not what clients and
// controllers note about this very one.
func travels(name string) bool {
	domain, _, _ := strings.Cut(name, "/")
	switch domain {
	case "fedrail.io", "pv.kubernetes.io", "volume.kubernetes.io", "volume.beta.kubernetes.io":
		return false
	}
	return name != corev1.LastAppliedConfigAnnotation
}

func keep(all map[string]string, wanted func(name string) bool) map[string]any {
	kept := map[string]any{}
	for name, value := range all {
		if wanted(name) {
			kept[name] = value
		}
	}
	return kept
}

// mayFollow says whether an object can be of use in another cluster. The token of
// a ServiceAccount cannot.
func mayFollow(o *unstructured.Unstructured) bool {
	kind, _, _ := unstructured.NestedString(o.Object, "type")
	return o.GetDeletionTimestamp() == nil && kind != string(corev1.SecretTypeServiceAccountToken)
}

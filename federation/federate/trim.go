package federate

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// trimmed is a template in the making.
type trimmed struct {
	*unstructured.Unstructured
	leftOut []string
}

// trim takes away what a cluster made.
func (t *trimmed) trim() {
	t.metadata()
	switch t.GroupVersionKind().GroupKind() {
	case schema.GroupKind{Kind: "Namespace"}:
		t.drop("spec", "finalizers")
	case schema.GroupKind{Kind: "ServiceAccount"}:
		t.drop("secrets")
	case schema.GroupKind{Kind: "Service"}:
		t.service()
	case schema.GroupKind{Kind: "PersistentVolumeClaim"}:
		t.drop("spec", "volumeName")
	case schema.GroupKind{Kind: "Pod"}:
		t.drop("spec", "nodeName")
	case schema.GroupKind{Group: "batch", Kind: "Job"}:
		t.job()
	}
}

// service leaves out addresses and ports of a cluster. That there is to be no address
// was declared.
func (t *trimmed) service() {
	if address, _, _ := unstructured.NestedString(t.Object, "spec", "clusterIP"); address != corev1.ClusterIPNone {
		t.drop("spec", "clusterIP")
		t.drop("spec", "clusterIPs")
	}
	t.drop("spec", "healthCheckNodePort")
	spec, _ := t.Object["spec"].(map[string]any)
	ports, _ := spec["ports"].([]any)
	for i := range ports {
		if port, is := ports[i].(map[string]any); is && port["nodePort"] != nil {
			delete(port, "nodePort")
			t.leftOut = append(t.leftOut, fmt.Sprintf("spec.ports[%d].nodePort", i))
		}
	}
}

// job leaves out how the cluster tells the pods of this very Job, unless that was
// declared.
func (t *trimmed) job() {
	if manual, _, _ := unstructured.NestedBool(t.Object, "spec", "manualSelector"); manual {
		return
	}
	t.drop("spec", "selector")
	for _, at := range [][]string{{"metadata", "labels"}, {"spec", "template", "metadata", "labels"}} {
		for _, label := range []string{"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"} {
			t.drop(append(at[:len(at):len(at)], label)...)
		}
	}
}

// drop takes a field away, and objects that are empty without it.
func (t *trimmed) drop(path ...string) {
	if _, found, err := unstructured.NestedFieldNoCopy(t.Object, path...); err != nil || !found {
		return
	}
	unstructured.RemoveNestedField(t.Object, path...)
	t.leftOut = append(t.leftOut, nameOf(path))
	for above := path[:len(path)-1]; len(above) > 0; above = above[:len(above)-1] {
		if rest, _, _ := unstructured.NestedFieldNoCopy(t.Object, above...); !isEmpty(rest) {
			return
		}
		unstructured.RemoveNestedField(t.Object, above...)
	}
}

func isEmpty(value any) bool {
	fields, isObject := value.(map[string]any)
	return isObject && len(fields) == 0
}

// nameOf is a path as people write it; a name with dots is in brackets.
func nameOf(path []string) string {
	name := path[0]
	for i, p := range path[1:] {
		if path[i] == "labels" {
			name += "[" + p + "]"
		} else {
			name += "." + p
		}
	}
	return name
}

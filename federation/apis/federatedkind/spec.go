package federatedkind

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Spec is what people write into a federated object.
type Spec struct {
	// Template is the object before overrides, without kind, name and namespace.
	// Nil is an empty object.
	Template map[string]any `json:"template,omitempty"`
	// Placement says where the object should be.
	Placement Placement `json:"placement,omitzero"`
	// Overrides say what differs from cluster to cluster.
	Overrides []Override `json:"overrides,omitempty"`
	// RetainReplicas leaves spec.replicas of a copy to whoever set it there.
	RetainReplicas bool `json:"retainReplicas,omitempty"`
	// Rollout says how a change goes from cluster to cluster; nil is to all at
	// once.
	Rollout *Rollout `json:"rollout,omitempty"`
}

// Placement says where an object should be. Clusters that are empty, but not
// nil, mean no cluster; nil clusters leave it to the selector. Both survive
// JSON, as "clusters: []" and as no clusters at all.
type Placement struct {
	Clusters        []ClusterReference    `json:"clusters,omitzero"`
	ClusterSelector *metav1.LabelSelector `json:"clusterSelector,omitempty"`
	// Tolerations are for taints of clusters. In the placement of a
	// FederatedNamespace they are the namespace's own, not those of what is in it.
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
}

// ClusterReference names a cluster.
type ClusterReference struct {
	Name string `json:"name"`
}

// Override is what differs in one cluster.
type Override struct {
	ClusterName      string            `json:"clusterName,omitempty"`
	ClusterOverrides []ClusterOverride `json:"clusterOverrides,omitempty"`
}

// ClusterOverride is one operation of a JSON patch.
type ClusterOverride struct {
	// Op is add, remove or replace; empty is replace.
	Op string `json:"op,omitempty"`
	// Path is a JSON pointer.
	Path string `json:"path"`
	// Value is nil where it is null or absent, which mean the same. Integers are
	// int64 when they come from SpecOf, float64 when they come from encoding/json.
	Value any `json:"value,omitempty"`
}

// SpecOf reads the spec of a federated object, and fails when it does not have
// the form that the API server checks. An object without a spec has the zero
// Spec. The result shares memory with the object: change neither.
func SpecOf(object *unstructured.Unstructured) (Spec, error) {
	var spec Spec
	return spec, read(object, "spec", &spec)
}

// read converts one top-level field of object, if it is there.
func read(object *unstructured.Unstructured, field string, into any) error {
	content, found, err := unstructured.NestedFieldNoCopy(object.Object, field)
	if err != nil || !found || content == nil {
		return err
	}
	fields, isObject := content.(map[string]any)
	if !isObject {
		return fmt.Errorf("%s: got a %T, want an object", field, content)
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, into); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

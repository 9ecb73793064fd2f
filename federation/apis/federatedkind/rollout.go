package federatedkind

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

// Rollout says how a change of the template or the overrides goes from cluster
// to cluster. Copies are made and removed at once, whatever it says. What is
// absent has a default: one cluster at a time, by name, and no more after one
// that did not become healthy.
type Rollout struct {
	// MaxConcurrent is how many clusters may be changed and not yet be proven:
	// a number, or a percentage of all; nil is 1.
	MaxConcurrent *intstr.IntOrString `json:"maxConcurrent,omitempty"`
	// MinReadySeconds is how long a cluster has to be healthy to be proven.
	MinReadySeconds int64 `json:"minReadySeconds,omitempty"`
	// DeadlineSeconds is how long a changed cluster may take to become healthy
	// before it counts as failed; nil is 600.
	DeadlineSeconds *int64 `json:"deadlineSeconds,omitempty"`
	// OnFailure is Stop or Continue; empty is Stop.
	OnFailure string `json:"onFailure,omitempty"`
	// Paused lets no further cluster be changed.
	Paused bool `json:"paused,omitempty"`
	// Order is groups of clusters, each of which waits for those before it.
	Order []RolloutGroup `json:"order,omitempty"`
}

// RolloutGroup is clusters by name, in the order of the list, or by their labels.
type RolloutGroup struct {
	Clusters        []ClusterReference    `json:"clusters,omitempty"`
	ClusterSelector *metav1.LabelSelector `json:"clusterSelector,omitempty"`
}

// ParseRollout reads the value of [RolloutAnnotation]. A field that there is not
// is an error.
func ParseRollout(text string) (*Rollout, error) {
	r := &Rollout{}
	if err := yaml.UnmarshalStrict([]byte(text), r); err != nil {
		return nil, fmt.Errorf("want YAML or JSON such as {\"maxConcurrent\": 1}: %w", err)
	}
	return r, nil
}

func rolloutSchema() property {
	none, one := 0.0, 1.0
	most := property{XIntOrString: true,
		Description: "How many clusters may be changed and not yet be proven: a number, or a percentage of all such as 25%; 1 when it is absent.",
		Pattern:     "^([1-9][0-9]?|100)%$", Minimum: &one}
	onFailure := text("What happens when a changed cluster is not healthy in time: Stop, the default, changes no further ones; Continue goes on with them.")
	onFailure.Enum = []apiextensionsv1.JSON{{Raw: []byte(`"Stop"`)}, {Raw: []byte(`"Continue"`)}}
	deadline := integer("How long a changed cluster may take to become healthy; 600 when it is absent.")
	deadline.Minimum = &one
	ready := integer("How long a cluster has to be healthy to be proven.")
	ready.Minimum = &none
	return object("How a change goes from cluster to cluster; to all at once when it is absent. Copies are made and removed at once.", properties{
		"maxConcurrent":   most,
		"minReadySeconds": ready,
		"deadlineSeconds": deadline,
		"onFailure":       onFailure,
		"paused":          {Type: "boolean", Description: "Change no further cluster for now."},
		"order": list("Groups of clusters, each of which waits for those before it. Clusters in no group come last.", object("", properties{
			"clusters":        list("Clusters, in the order in which they are changed.", clusterSchema()),
			"clusterSelector": selectorSchema(),
		})),
	})
}

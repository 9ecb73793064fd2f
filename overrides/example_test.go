package overrides_test

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
)

func deployment() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"metadata":   map[string]any{"name": "web"},
		"spec":       map[string]any{"replicas": int64(3)},
	}}
}

// One cluster gets more replicas and a label; the others get the object as it is.
func ExampleJSONPatch() {
	rules := []overrides.Rule{{
		Cluster: "paris",
		Patches: []overrides.Patch{
			{Path: "/spec/replicas", Value: 5},
			{Path: "/metadata/labels", Value: map[string]any{"tier": "front"}},
		},
	}}
	for _, name := range []federation.ClusterName{"berlin", "paris"} {
		obj, err := overrides.JSONPatch{}.Override(context.Background(), deployment(), federation.Cluster{Name: name}, rules)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(name, obj.Object["spec"], obj.GetLabels())
	}
	// Output:
	// berlin map[replicas:3] map[]
	// paris map[replicas:5] map[tier:front]
}

// What is wrong with rules can be known before there is an object.
func ExampleValidate() {
	fmt.Println(overrides.Validate([]overrides.Rule{
		{Cluster: "paris", Patches: []overrides.Patch{{Path: "/metadata/name", Value: "other"}}},
		{Cluster: "berlin", Patches: []overrides.Patch{{Op: "move", Path: "/spec"}}},
	}))
	// Output:
	// overrides for cluster "paris": clusterOverrides[0], path "/metadata/name": this field identifies the object and is the same in every cluster: leave the operation out
	// overrides for cluster "berlin": clusterOverrides[0], path "/spec": unknown op "move": use add, remove or replace
}

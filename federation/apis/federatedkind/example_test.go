package federatedkind_test

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/federation/apis/federatedkind"
)

func ExampleKind() {
	kind := federatedkind.Discovered(metav1.APIResource{
		Group: "apps", Version: "v1", Kind: "Deployment", Name: "deployments", ShortNames: []string{"deploy"}, Namespaced: true,
	})
	kind.Replicas = true // HasReplicas tells
	definition, config := kind.Definition(), kind.TypeConfig("kube-federation-system")
	fmt.Println(definition.Name, definition.Spec.Names.ShortNames)
	fmt.Println(config.Name, "declared by", config.Spec.FederatedType.Type().GroupVersionKind())
	// Output:
	// federateddeployments.types.kubefed.io [fdeploy]
	// deployments.apps declared by types.kubefed.io/v1beta1, Kind=FederatedDeployment
}

func ExampleSpecOf() {
	object := &unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{
			"template":  map[string]any{"spec": map[string]any{"replicas": int64(3)}},
			"placement": map[string]any{"clusters": []any{map[string]any{"name": "paris"}}},
		},
	}}
	spec, err := federatedkind.SpecOf(object)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec.Template, "in", spec.Placement.Clusters)
	// Output: map[spec:map[replicas:3]] in [{paris}]
}

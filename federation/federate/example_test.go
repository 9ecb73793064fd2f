package federate_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/federate"
)

// A Service that a cluster serves becomes one that two clusters are to have.
func ExampleObject() {
	service := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"name": "web", "namespace": "shop", "uid": "1f0c", "labels": map[string]any{"app": "web"}},
		"spec":     map[string]any{"selector": map[string]any{"app": "web"}, "clusterIP": "10.0.0.7"},
	}}
	r := federate.Object(service, federate.Options{Clusters: []federation.ClusterName{"berlin", "madrid"}})
	text, err := yaml.Marshal(r.Object)
	fmt.Print(string(text))
	fmt.Println(r.LeftOut, err)
	// Output:
	// apiVersion: types.kubefed.io/v1beta1
	// kind: FederatedService
	// metadata:
	//   name: web
	//   namespace: shop
	// spec:
	//   placement:
	//     clusters:
	//     - name: berlin
	//     - name: madrid
	//   template:
	//     metadata:
	//       labels:
	//         app: web
	//     spec:
	//       selector:
	//         app: web
	// [spec.clusterIP] <nil>
}

package expression_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/status"
	"github.com/fedrail/fedrail/status/expression"
)

// A kind that has no conditions is judged by its phase.
func ExampleCompile() {
	rule, err := expression.Compile(expression.Health{
		Healthy:  `object.?status.?phase.orValue("") == "Serving"`,
		Degraded: `object.?status.?phase.orValue("") == "Corrupt"`,
		Message:  `"it is " + object.?status.?phase.orValue("new")`,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	rule.Counts = status.Numbers("spec.shards", "status.openShards")
	kinds := status.NewKinds(map[schema.GroupKind]status.Rule{{Group: "example.com", Kind: "Database"}: rule})

	vitals := kinds.Judge(&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Database",
		"spec":   map[string]any{"shards": int64(3)},
		"status": map[string]any{"phase": "Corrupt", "openShards": int64(1)},
	}})
	fmt.Println(vitals.Health, vitals.Message, vitals.Counts)

	_, err = expression.Compile(expression.Health{Healthy: `status.phase == "Serving"`})
	fmt.Println(err)
	// Output:
	// Degraded it is Corrupt [{shards 3} {openShards 1}]
	// healthy: line 1, column 1: undeclared reference to 'status' (in container '')
}

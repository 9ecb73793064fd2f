package pull_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/propagation/pull"
)

func ExampleAccount() {
	for _, object := range pull.Account("edge1", labels.Set{"region": "eu"}) {
		accessor, err := meta.Accessor(object)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(object.GetObjectKind().GroupVersionKind().Kind, accessor.GetNamespace(), accessor.GetName())
	}
	// Output:
	// Namespace  fedrail-member-edge1
	// ServiceAccount fedrail-member-edge1 agent
	// Role fedrail-member-edge1 agent
	// RoleBinding fedrail-member-edge1 agent
	// Lease fedrail-member-edge1 agent
}

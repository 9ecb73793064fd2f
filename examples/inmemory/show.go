package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/status"
)

// show prints what was reported, and then what each member really holds.
func (d demo) show(title string, reported status.Summary) {
	fmt.Fprintf(d.stdout, "# %s\n", title)
	for _, c := range reported.Conditions {
		if c.Type == status.Ready {
			fmt.Fprintf(d.stdout, "%s=%s %s: %s\n", c.Type, c.Status, c.Reason, c.Message)
		}
	}
	for _, name := range d.members.Snapshot().Names() {
		fmt.Fprintf(d.stdout, "  %s: %s\n", name, describe(d.clusters.Get(name, shop())))
	}
}

func describe(held *unstructured.Unstructured) string {
	if held == nil {
		return "nothing"
	}
	replicas, _, _ := unstructured.NestedInt64(held.Object, "spec", "replicas")
	containers, _, _ := unstructured.NestedSlice(held.Object, "spec", "template", "spec", "containers")
	return fmt.Sprintf("image %v, replicas %d", containers[0].(map[string]any)["image"], replicas)
}

// fine is how many clusters hold what they should.
func fine(s status.Summary) int {
	n := 0
	for _, c := range s.Clusters {
		if c.State == status.OK {
			n++
		}
	}
	return n
}

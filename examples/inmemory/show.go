package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/status"
)

// show prints what was reported, and then what each member really holds.
func (d demo) show(title string, r report) {
	fmt.Fprintf(d.stdout, "# %s\n", title)
	if r.released {
		fmt.Fprintln(d.stdout, "released: no copy is left")
	}
	for _, c := range r.summary.Conditions {
		if c.Type == status.Ready {
			fmt.Fprintf(d.stdout, "%s=%s %s: %s\n", c.Type, c.Status, c.Reason, c.Message)
		}
	}
	for _, name := range d.members.Snapshot().Names() {
		fmt.Fprintf(d.stdout, "  %s: %s\n", name, describe(d.clusters.Get(name, r.key)))
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

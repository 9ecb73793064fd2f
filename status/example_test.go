package status_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/status"
)

// One cluster runs what it should, one has not got there yet, and one refuses it.
func ExampleKubeFed() {
	runs := func(health status.Health, ready int64, lacks string) status.Vitals {
		return status.Vitals{Health: health, Message: lacks, Counts: []status.Count{{Name: "replicas", N: 3}, {Name: "readyReplicas", N: ready}}}
	}
	summary := status.KubeFed{}.Aggregate(status.Facts{
		Generation: 4,
		Observations: []status.Observation{
			{Cluster: "paris", Vitals: runs(status.Healthy, 3, "")},
			{Cluster: "boston", State: status.CreationFailed, Message: `the namespace is being deleted`},
			{Cluster: "berlin", Vitals: runs(status.Progressing, 1, "1 of 3 replicas are available")},
		},
	})
	for _, c := range summary.Conditions {
		fmt.Printf("%s=%s %s: %s\n", c.Type, c.Status, c.Reason, c.Message)
	}
	fmt.Println(summary.Totals)
	fmt.Println(summary.Worst.Cluster, summary.Worst.Health)
	// Output:
	// Propagation=False CheckClusters: 2 of 3 clusters hold what they should; boston: CreationFailed: the namespace is being deleted
	// Ready=False CheckClusters: 2 of 3 clusters hold what they should; boston: CreationFailed: the namespace is being deleted
	// Scheduled=True Placed: it is placed as asked
	// Applied=False CheckClusters: 2 of 3 clusters hold what they should; boston: CreationFailed: the namespace is being deleted
	// Available=False Progressing: 1 of 2 copies are Healthy, 1 Progressing; berlin: Progressing: 1 of 3 replicas are available
	// [{replicas 6} {readyReplicas 4}]
	// berlin Progressing
}

// A summary is written only when it says something new.
func ExampleEqual() {
	facts := status.Facts{Generation: 4, Observations: []status.Observation{{Cluster: "paris"}, {Cluster: "berlin"}}}
	before := status.KubeFed{}.Aggregate(facts)
	fmt.Println(status.Equal(before, status.KubeFed{}.Aggregate(facts)))
	facts.Generation = 5
	fmt.Println(status.Equal(before, status.KubeFed{}.Aggregate(facts)))
	// Output:
	// true
	// false
}

// One of a Deployment's replicas is not available yet.
func ExampleKinds() {
	vitals := status.Kinds{}.Judge(&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": "web", "generation": int64(7)},
		"spec":     map[string]any{"replicas": int64(3)},
		"status": map[string]any{
			"observedGeneration": int64(7),
			"replicas":           int64(3), "updatedReplicas": int64(3), "readyReplicas": int64(2), "availableReplicas": int64(2),
		},
	}})
	fmt.Println(vitals.Health, "-", vitals.Message)
	fmt.Println(vitals.Counts)
	// Output:
	// Progressing - 2 of 3 replicas are available
	// [{replicas 3} {updatedReplicas 3} {readyReplicas 2} {availableReplicas 2}]
}

// A kind of one's own is judged by a rule of one's own.
func ExampleNewKinds() {
	kinds := status.NewKinds(map[schema.GroupKind]status.Rule{
		{Group: "example.com", Kind: "Queue"}: {
			Health: func(queue *unstructured.Unstructured) (status.Health, string) {
				if stuck, _, _ := unstructured.NestedInt64(queue.Object, "status", "stuck"); stuck > 0 {
					return status.Degraded, fmt.Sprintf("%d messages are stuck", stuck)
				}
				return status.Healthy, ""
			},
			Counts: status.Numbers("status.waiting", "status.stuck"),
		},
	})
	vitals := kinds.Judge(&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Queue",
		"status": map[string]any{"waiting": int64(12), "stuck": int64(2)},
	}})
	fmt.Println(vitals.Health, "-", vitals.Message, vitals.Counts)
	// Output: Degraded - 2 messages are stuck [{waiting 12} {stuck 2}]
}

// What people need least is left out of a summary that is too large.
func ExampleBound() {
	summary := status.Summary{Clusters: []status.Observation{
		{Cluster: "berlin", Vitals: status.Vitals{Health: status.Healthy}, Remote: map[string]any{"phase": "Serving"}},
		{Cluster: "boston", Vitals: status.Vitals{Health: status.Degraded}, Remote: map[string]any{"phase": "Corrupt"}},
	}}
	for _, o := range status.Bound(summary, 320).Clusters {
		fmt.Println(o.Cluster, o.Vitals.Health, o.Remote)
	}
	// Output:
	// berlin Healthy map[]
	// boston Degraded map[phase:Corrupt]
}

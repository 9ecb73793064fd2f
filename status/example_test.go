package status_test

import (
	"fmt"

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

package status_test

import (
	"fmt"

	"github.com/fedrail/fedrail/status"
)

// Two clusters hold the object, one refuses it.
func ExampleKubeFed() {
	summary := status.KubeFed{}.Aggregate(status.Facts{
		Generation: 4,
		Observations: []status.Observation{
			{Cluster: "paris"},
			{Cluster: "boston", State: status.CreationFailed, Message: `namespace "shop" is being deleted`},
			{Cluster: "berlin"},
		},
	})
	for _, c := range summary.Conditions {
		fmt.Printf("%s=%s %s: %s\n", c.Type, c.Status, c.Reason, c.Message)
	}
	for _, o := range summary.Clusters {
		fmt.Printf("%s %q\n", o.Cluster, o.State)
	}
	// Output:
	// Propagation=False CheckClusters: 2 of 3 clusters hold what they should; boston: CreationFailed: namespace "shop" is being deleted
	// Ready=False CheckClusters: 2 of 3 clusters hold what they should; boston: CreationFailed: namespace "shop" is being deleted
	// berlin ""
	// boston "CreationFailed"
	// paris ""
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

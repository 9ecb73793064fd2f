package scheduling_test

import (
	"context"
	"fmt"

	"github.com/fedrail/fedrail/scheduling"
)

// Thirty replicas by weight; the smallest cluster is full at three.
func ExampleFair() {
	three := int64(3)
	prefs := scheduling.Preferences{
		"eu":   {Weight: 2},
		"us":   {Weight: 1},
		"asia": {Weight: 1, Max: &three},
	}
	plan, err := scheduling.Fair{}.Plan(context.Background(), scheduling.Request{
		Key:      "shop/web",
		Total:    30,
		Clusters: prefs.Candidates("eu", "us", "asia", "lab"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, share := range plan.Shares {
		fmt.Printf("%-4s %2d: %s\n", share.Cluster, share.Replicas, share.Explain())
	}
	// Output:
	// asia  3: its maximum is 3
	// eu   18: its share by weight
	// lab   0: no preference names the cluster, nor is there one for "*"
	// us    9: its share by weight
}

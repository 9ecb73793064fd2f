package rollout_test

import (
	"fmt"
	"time"

	"github.com/fedrail/fedrail/propagation/rollout"
	"github.com/fedrail/fedrail/status"
)

// One cluster at a time: paris has its turn when tokyo is healthy.
func ExampleDecide() {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	clusters := []rollout.Cluster{
		{Name: "paris", Want: "v2", Holds: rollout.Another},
		{Name: "tokyo", Want: "v2", Holds: rollout.Wanted, Ailment: "1 of 3 replicas are available",
			Progress: rollout.Progress{Phase: rollout.Changing, Version: "v2", Since: now.Add(-time.Minute)}},
	}
	d := rollout.Decide(rollout.Request{Clusters: clusters, Now: now})
	for _, s := range d.Steps {
		fmt.Printf("%s: %v: %s\n", s.Name, s.Release, s.Why)
	}
	// Output:
	// paris: false: 1 at a time; tokyo goes first
	// tokyo: true: not healthy: 1 of 3 replicas are available
}

func ExampleFit() {
	fit, lacks := rollout.Fit(status.Vitals{Health: status.Progressing, Message: "1 of 3 replicas are available"})
	fmt.Println(fit, lacks)
	// Output: false 1 of 3 replicas are available
}

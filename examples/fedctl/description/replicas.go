package description

import (
	"fmt"
	"strconv"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/apis/scheduling/v1alpha1"
)

// Plan says of a preference how many replicas each cluster gets, and why.
func Plan(p *v1alpha1.ReplicaSchedulingPreference) (title string, table *cli.Table) {
	planner := p.Spec.Planner
	if planner == "" {
		planner = "KubeFed"
	}
	title = fmt.Sprintf("Replica plan (%s, %d in all, %d placed, %d ready)", planner, p.Spec.TotalReplicas, p.Status.PlacedReplicas, p.Status.ReadyReplicas)
	table = &cli.Table{Columns: cli.Columns("CLUSTER", "REPLICAS", "GIVEN", "READY", "REASON", "MESSAGE")}
	for _, c := range p.Status.Clusters {
		table.Rows = append(table.Rows, []string{c.Name, number(c.Replicas), number(c.Given), number(c.Ready), c.Reason, c.Message})
	}
	return title, table
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

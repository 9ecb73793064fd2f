package standing

import (
	"cmp"
	"time"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// ConditionsTable shows the conditions.
func (s Standing) ConditionsTable(now time.Time) *cli.Table {
	table := &cli.Table{Columns: cli.Columns("CONDITION", "STATUS", "SINCE", "REASON", "MESSAGE")}
	for _, c := range s.Conditions {
		table.Rows = append(table.Rows, []string{c.Type, string(c.Status), cli.Age(c.Since, now), c.Reason, c.Message})
	}
	return table
}

// ClustersTable shows the clusters.
func (s Standing) ClustersTable(now time.Time) *cli.Table {
	table := &cli.Table{Columns: cli.Columns("CLUSTER", "STATE", "HEALTH", "REPLICAS", "AGE", "MESSAGE", "|", "ROLLOUT"), Empty: "no cluster holds it or should"}
	for _, c := range s.Clusters {
		table.Rows = append(table.Rows, []string{c.Name, c.State, cmp.Or(c.Health, "-"), c.Replicas(), cli.Age(c.Created, now), c.Message, cmp.Or(c.Rollout, "-")})
	}
	return table
}

package verbs

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/standing"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// declaredTable shows federated objects.
func (g *getting) declaredTable(t host.Type, items []unstructured.Unstructured, now time.Time) (*cli.Table, error) {
	names := []string{"NAME", "CLUSTERS", "READY", "REASON", "AGE", "|", "SCHEDULED", "APPLIED", "AVAILABLE", "MESSAGE"}
	spaced := g.onHost(t) == "" && t.Spec.FederatedType.Scope != federation.ClusterScoped && !t.IsNamespaces()
	if spaced {
		names = append([]string{"NAMESPACE"}, names...)
	}
	table := &cli.Table{Columns: cli.Columns(names...), Empty: fmt.Sprintf("no %s%s on the host", t.Spec.FederatedType.PluralName, g.where(t))}
	for i := range items {
		row, err := declaredRow(&items[i], g.clusters, now)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", t.Spec.FederatedType.Kind, items[i].GetName(), err)
		}
		if spaced {
			row = append([]string{items[i].GetNamespace()}, row...)
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

func declaredRow(object *unstructured.Unstructured, clusters []string, now time.Time) ([]string, error) {
	s, err := federatedkind.StatusOf(object)
	if err != nil {
		return nil, err
	}
	ready := standing.Latest(s, object.GetGeneration(), status.Ready)
	row := []string{object.GetName(), fine(s, clusters), string(ready.Status), ready.Reason, cli.Age(object.GetCreationTimestamp(), now)}
	for _, kind := range []string{status.Scheduled, status.Applied, status.Available} {
		row = append(row, string(standing.Latest(s, object.GetGeneration(), kind).Status))
	}
	return append(row, ready.Message), nil
}

// fine is how many of the clusters that hold an object, or should, hold what they should
// and have it work.
func fine(s federatedkind.Status, clusters []string) string {
	if s.ObservedGeneration == 0 && len(s.Clusters) == 0 {
		return "<none>"
	}
	n, of := 0, 0
	for _, c := range s.Clusters {
		if len(clusters) > 0 && !slices.Contains(clusters, c.Name) {
			continue
		}
		of++
		if standing.IsFine(c) {
			n++
		}
	}
	return fmt.Sprintf("%d/%d", n, of)
}

// isInAny says whether an object is in one of the clusters, or should be; with no
// clusters it is wherever it is.
func isInAny(object *unstructured.Unstructured, clusters []string) bool {
	if len(clusters) == 0 {
		return true
	}
	s, err := federatedkind.StatusOf(object)
	return err != nil || slices.ContainsFunc(s.Clusters, func(c federatedkind.ClusterStatus) bool { return slices.Contains(clusters, c.Name) })
}

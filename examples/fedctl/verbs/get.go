package verbs

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func newGet(s *cli.Session) *cobra.Command {
	var output cli.Output
	command := &cobra.Command{
		Use:     "get clusters",
		Short:   "List the clusters of the federation",
		Args:    cobra.MinimumNArgs(1),
		PreRunE: func(*cobra.Command, []string) error { return output.Validate() },
		RunE: func(c *cobra.Command, args []string) error {
			h, err := s.Host()
			if err != nil {
				return err
			}
			members, err := h.Clusters(c.Context())
			if err != nil {
				return err
			}
			return s.Print(&output, clusters(members, time.Now()))
		},
	}
	output.AddTo(command)
	return command
}

// clusters shows the members.
func clusters(members []host.Member, now time.Time) cli.Result {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(corev1beta1.GroupVersion().WithKind("KubeFedClusterList"))
	table := &cli.Table{Columns: cli.Columns("NAME", "READY", "VERSION", "REGION", "ZONES", "AGE", "|", "LABELS", "MESSAGE"), Empty: "no cluster has joined the federation yet"}
	for _, m := range members {
		list.Items = append(list.Items, *m.Object)
		table.Rows = append(table.Rows, []string{m.Name, readiness(m), m.Status.KubernetesVersion, m.Cluster.Region,
			strings.Join(m.Cluster.Zones, ","), age(m.CreationTimestamp, now), labelsOf(m.Labels), m.Cluster.Message})
	}
	return cli.Result{Object: list, Table: table}
}

func readiness(m host.Member) string {
	if m.Cluster.Ready {
		return "True"
	}
	return "False"
}

func labelsOf(labels map[string]string) string {
	var all []string
	for key, value := range labels {
		all = append(all, key+"="+value)
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

func age(since metav1.Time, now time.Time) string {
	if since.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(since.Time))
}

package verbs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

func (g *getting) showClusters(ctx context.Context) error {
	members, partly, err := g.members(ctx)
	if err != nil {
		return err
	}
	if g.watch {
		return g.watchClusters(ctx)
	}
	return cmp.Or(g.Print(&g.output, clusters(members, time.Now())), partly)
}

// members are those that were asked for. Where those that fetch cannot be read, that is
// told, and partly is what the verb ends with.
func (g *getting) members(ctx context.Context) (members []host.Member, partly, err error) {
	members, partly, err = allMembers(ctx, g.Session, g.host)
	if err != nil {
		return nil, nil, err
	}
	members, err = g.chosen(members)
	return members, partly, err
}

// chosen are those members that have the names and the labels that were asked for.
func (g *getting) chosen(members []host.Member) ([]host.Member, error) {
	selector, err := labels.Parse(g.selector)
	if err != nil {
		return nil, err
	}
	members, err = host.Only(members, slices.Concat(g.clusters, g.names))
	return slices.DeleteFunc(slices.Clone(members), func(m host.Member) bool { return !selector.Matches(labels.Set(m.Labels)) }), err
}

// allMembers are all, also those that fetch. Where these cannot be read, that is told,
// and partly is what the verb ends with.
func allMembers(ctx context.Context, s *cli.Session, h *host.Host) (members []host.Member, partly, err error) {
	members, err = h.Members(ctx)
	if err == nil || members == nil {
		return members, nil, err
	}
	s.Warn("%v", err)
	return members, cli.Silently(cli.Partial), nil
}

// clusters shows the members.
func clusters(members []host.Member, now time.Time) cli.Result {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(corev1beta1.GroupVersion().WithKind("KubeFedClusterList"))
	table := &cli.Table{
		Columns: cli.Columns("NAME", "KIND", "READY", "VERSION", "REGION", "ZONES", "TAINTS", "AGE", "|", "MESSAGE", "LABELS"),
		Empty:   "no cluster has joined the federation yet",
	}
	for _, m := range members {
		if m.Fetches {
			list.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "List"}) // of two kinds
		}
		list.Items = append(list.Items, *m.Object)
		table.Rows = append(table.Rows, []string{m.Name, reached(m), readiness(m), m.Status.KubernetesVersion, m.Cluster.Region,
			strings.Join(m.Cluster.Zones, ","), taintsOf(m.Cluster.Taints), cli.Age(m.CreationTimestamp, now), m.Cluster.Message, labelsOf(m.Labels)})
	}
	return cli.Result{Object: list, Table: table}
}

// reached says who opens the connection: the host, or an agent in the member.
func reached(m host.Member) string {
	if m.Fetches {
		return "Pull"
	}
	return "Push"
}

func readiness(m host.Member) string {
	if m.Cluster.Ready {
		return "True"
	}
	return "False"
}

func taintsOf(taints []corev1.Taint) string {
	all := make([]string, len(taints))
	for i, t := range taints {
		all[i] = t.ToString()
	}
	return strings.Join(all, ",")
}

func labelsOf(labels map[string]string) string {
	var all []string
	for key, value := range labels {
		all = append(all, key+"="+value)
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

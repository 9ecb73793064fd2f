package verbs

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/owned"
	"github.com/fedrail/fedrail/examples/fedctl/standing"
	"github.com/fedrail/fedrail/examples/fedctl/tree"
	"github.com/fedrail/fedrail/status"
)

// growing is one "tree".
type growing struct {
	*cli.Session
	output   cli.Output
	clusters []string
	compact  bool
	most     int
}

// grown is what "tree" prints with -o json and -o yaml.
type grown struct {
	APIVersion string `json:"apiVersion"` // cli.Version
	Kind       string `json:"kind"`       // Tree
	// Root is the federated object. Below it are the clusters, below these the copies,
	// and below a copy what it owns.
	Root tree.Node `json:"root"`
}

const treeLong = `Draw a federated object with its clusters, its copy in each, and what the copies own
there, such as ReplicaSets and Pods; and how each of these fares.

Clusters are as the federation's controller wrote down last; what is below them is asked
of the clusters themselves. One that gives no answer is a warning, and the exit code is
3. What the credential may not read is told, and left out.

Lines are drawn in ASCII where TERM is dumb, or LANG is not one of UTF-8.`

func newTree(s *cli.Session) *cobra.Command {
	g := &growing{Session: s}
	command := &cobra.Command{
		Use:   "tree TYPE/NAME",
		Short: "Draw a federated object, its copies, and what they own",
		Long:  treeLong,
		Example: `  fedctl tree deployment/web -n shop
  fedctl tree deployment/web --compact
  fedctl tree deployment/web -C berlin --member-access=kubeconfig`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: s.CompleteReferences,
		PreRunE:           func(*cobra.Command, []string) error { return g.validate() },
		RunE:              func(c *cobra.Command, args []string) error { return g.run(c.Context(), args) },
	}
	g.output.AddTo(command)
	addClusters(s, command, &g.clusters)
	command.Flags().BoolVar(&g.compact, "compact", false, "a line for each cluster, which counts what is below it")
	command.Flags().IntVar(&g.most, "most", 20, "how many objects to draw below one object; the others are counted")
	return command
}

func (g *growing) validate() error {
	if g.most < 1 {
		return fmt.Errorf("--most %d: want 1 or more", g.most)
	}
	return g.output.Validate()
}

func (g *growing) run(ctx context.Context, args []string) error {
	o, err := find(ctx, g.Session, args)
	if err != nil {
		return err
	}
	root, partly, err := g.grow(ctx, o)
	if err != nil {
		return err
	}
	if g.compact {
		root = tree.Compact(root)
	}
	return cmp.Or(g.Print(&g.output, cli.Result{
		Object: grown{APIVersion: cli.Version, Kind: "Tree", Root: root},
		Table:  drawn(root, tree.StyleOf(os.Getenv), time.Now()),
	}), partly)
}

// grow is the tree of an object. Clusters that give no answer are told of, and partly is
// what the verb ends with.
func (g *growing) grow(ctx context.Context, o found) (root tree.Node, partly, err error) {
	s, err := standing.Of(o.object)
	if err != nil {
		return tree.Node{}, nil, fmt.Errorf("%s %q: %w", o.object.GetKind(), o.object.GetName(), err)
	}
	families, partly, err := familiesOf(ctx, g.Session, o, slices.DeleteFunc(s.Clusters, func(c standing.Cluster) bool {
		return len(g.clusters) > 0 && !slices.Contains(g.clusters, c.Name)
	}))
	if err != nil {
		return tree.Node{}, nil, err
	}
	ready := s.Condition(status.Ready)
	root = tree.Node{Kind: o.object.GetKind(), Name: o.object.GetName(), State: readyWord(ready), Created: o.object.GetCreationTimestamp()}
	if ready.Status != metav1.ConditionTrue {
		root.Message = ready.Message
	}
	for _, f := range families {
		root.Children = append(root.Children, g.cluster(f))
	}
	return root, partly, nil
}

func readyWord(ready standing.Condition) string {
	if ready.Status == metav1.ConditionTrue {
		return "Ready"
	}
	return cmp.Or(ready.Reason, "NotReady")
}

// family is what a cluster has of an object.
type family struct {
	cluster standing.Cluster
	owned.Family
	err error // why that is not known
}

// familiesOf asks clusters for the object's copies and what these own. What is not known
// is told, and partly is what the verb ends with.
func familiesOf(ctx context.Context, s *cli.Session, o found, clusters []standing.Cluster) (all []family, partly, err error) {
	members, partly, err := allMembers(ctx, s, o.host)
	if err != nil {
		return nil, nil, err
	}
	members = slices.DeleteFunc(members, func(m host.Member) bool {
		return !slices.ContainsFunc(clusters, func(c standing.Cluster) bool { return c.Name == m.Name })
	})
	copied := owned.Copy{Type: o.kind.Spec.TargetType.Type(), Namespace: o.copyNamespace(), Name: o.object.GetName()}
	answers := host.Ask(ctx, o.host, members, s.Flags.MemberTimeout, func(ctx context.Context, config *rest.Config) (owned.Family, error) {
		client, err := dynamic.NewForConfig(config)
		if err != nil {
			return owned.Family{}, err
		}
		return owned.Read(ctx, client, copied)
	})
	partly = cmp.Or(unanswered(ctx, s, answers), tellUnread(s, answers), partly)
	for _, c := range clusters {
		f := family{cluster: c, err: fmt.Errorf("it is no member any more")}
		for _, a := range answers {
			if a.Member.Name == c.Name {
				f.Family, f.err = a.Value, a.Err
			}
		}
		all = append(all, f)
	}
	return all, partly, ctx.Err()
}

// tellUnread tells which kinds could not be read in which clusters. Those that the
// account may not read are no failure.
func tellUnread(s *cli.Session, answers []host.Answer[owned.Family]) error {
	var partly error
	var said []string
	where := map[string][]string{}
	for _, a := range answers {
		for _, u := range a.Value.Unread {
			line := fmt.Sprintf("%s: %s", u.Resource, u.Why)
			if u.Refused {
				line += "; --member-access=kubeconfig asks with credentials of yours"
			} else {
				partly = cli.Silently(cli.Partial)
			}
			if where[line] == nil {
				said = append(said, line)
			}
			where[line] = append(where[line], a.Member.Name)
		}
	}
	for _, line := range said {
		s.Warn("clusters %s: %s", strings.Join(where[line], ", "), line)
	}
	return partly
}

// cluster is the tree of one cluster.
func (g *growing) cluster(f family) tree.Node {
	n := tree.Node{Kind: "Cluster", Name: f.cluster.Name, State: f.cluster.State}
	if f.cluster.State != "OK" {
		n.Message = f.cluster.Message
	}
	switch {
	case f.err != nil:
		n.Message = strings.Join(slices.DeleteFunc([]string{n.Message, "what is there is not known: " + oneLine(f.err)}, func(m string) bool { return m == "" }), "; ")
	case f.Root != nil:
		n.Children = []tree.Node{g.object(*f.Root, f.Family)}
	}
	return n
}

// object is the tree of an object in a cluster.
func (g *growing) object(o unstructured.Unstructured, f owned.Family) tree.Node {
	vitals := status.Kinds{}.Judge(&o)
	n := tree.Node{Kind: o.GetKind(), Name: o.GetName(), State: string(vitals.Health), Message: vitals.Message, Created: o.GetCreationTimestamp()}
	children := f.Children(o.GetUID())
	for i := range children[:min(len(children), g.most)] {
		n.Children = append(n.Children, g.object(children[i], f))
	}
	n.More = max(0, len(children)-g.most)
	return n
}

// drawn is a tree as a table.
func drawn(root tree.Node, style tree.Style, now time.Time) *cli.Table {
	table := &cli.Table{Columns: cli.Columns("OBJECT", "STATE", "AGE", "MESSAGE")}
	for _, line := range tree.Draw(root, style) {
		n := line.Node
		switch {
		case n.Kind == "":
			table.Rows = append(table.Rows, []string{fmt.Sprintf("%s(%d more)", line.Before, n.More), "", "", ""})
		case n.Created.IsZero():
			table.Rows = append(table.Rows, []string{line.Before + n.Kind + "/" + n.Name, n.State, "", n.Message})
		default:
			table.Rows = append(table.Rows, []string{line.Before + n.Kind + "/" + n.Name, n.State, cli.Age(n.Created, now), n.Message})
		}
	}
	return table
}

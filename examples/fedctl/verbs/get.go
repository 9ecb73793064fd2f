package verbs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// ClusterAnnotation says, on the objects that verbs print with -o json and -o yaml,
// which cluster each is from. Those of the host have none.
const ClusterAnnotation = "fedctl.fedrail.io/cluster"

// The values of --scope.
const (
	scopeHost    = "host"
	scopeMembers = "members"
	scopeAll     = "all"
)

// getting is one "get".
type getting struct {
	*cli.Session
	output        cli.Output
	host          *host.Host
	clusters      []string // -C; none is all
	scope         string
	allNamespaces bool
	selector      string
	watch         bool

	namespace string   // empty is all
	names     []string // of the objects; none is all
}

const getLong = `List the clusters of the federation, or objects of a type that is federated.

With --scope=members, the default, a type's objects are those in the clusters, as the
API servers there print them: CLUSTER is where, and MANAGED is Y for copies of the
federation and N for what is somebody else's. With --scope=host they are the federated
objects: CLUSTERS is how many fare well of those that hold one or should. all is both.

A cluster that gives no answer is named in a warning, and the exit code is 3 then. -o
json and yaml have the annotation fedctl.fedrail.io/cluster on each object of a member.
With -w changes are told as they come, until Ctrl-C; then the exit code is 130.`

func newGet(s *cli.Session) *cobra.Command {
	g := &getting{Session: s}
	command := &cobra.Command{
		Use:   "get clusters|TYPE [NAME...]",
		Short: "List clusters, or objects of a type in all clusters",
		Long:  getLong,
		Example: `  fedctl get clusters -o wide
  fedctl get deployments -A
  fedctl get deployment web -C berlin,madrid
  fedctl get deployments --scope=host -w`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeGet(s),
		PreRunE:           func(*cobra.Command, []string) error { return g.validate() },
		RunE:              g.run,
	}
	g.output.AddTo(command)
	flags := command.Flags()
	addClusters(s, command, &g.clusters)
	flags.StringVar(&g.scope, "scope", scopeMembers, "where to look for objects of a type: host, members or all")
	flags.BoolVarP(&g.allNamespaces, "all-namespaces", "A", false, "look in all namespaces")
	flags.StringVarP(&g.selector, "selector", "l", "", "only what has labels such as app=web,tier!=test")
	flags.BoolVarP(&g.watch, "watch", "w", false, "go on to tell of changes")
	cli.Complete(command, "scope", func(string) []string { return []string{scopeHost, scopeMembers, scopeAll} })
	return command
}

// addClusters adds -C to a command.
func addClusters(s *cli.Session, c *cobra.Command, clusters *[]string) {
	c.Flags().StringSliceVarP(clusters, "clusters", "C", nil, "only these clusters, with commas between them")
	cli.Complete(c, "clusters", s.CompleteClusters)
}

func completeGet(s *cli.Session) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 && isClusters(args[0]) {
			names := s.CompleteClusters("")
			return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, prefix) }), cobra.ShellCompDirectiveNoFileComp
		}
		words, how := s.CompleteTypes(c, args, prefix)
		if len(args) == 0 && strings.HasPrefix("clusters", prefix) {
			words = append(words, "clusters")
		}
		return words, how
	}
}

func (g *getting) validate() error {
	if !slices.Contains([]string{scopeHost, scopeMembers, scopeAll}, g.scope) {
		return fmt.Errorf("--scope %q: want host, members or all", g.scope)
	}
	if _, err := labels.Parse(g.selector); err != nil {
		return fmt.Errorf("--selector %q: %w", g.selector, err)
	}
	return g.output.Validate()
}

func (g *getting) run(c *cobra.Command, args []string) error {
	word, name, slash := strings.Cut(args[0], "/")
	g.names = args[1:]
	if slash {
		g.names = append([]string{name}, g.names...)
	}
	if slices.ContainsFunc(g.names, func(n string) bool { return n == "" || strings.Contains(n, "/") }) {
		return fmt.Errorf("%q: want one TYPE, and then names", strings.Join(args, " "))
	}
	var err error
	if g.host, err = g.Host(); err != nil {
		return err
	}
	if isClusters(word) {
		return g.showClusters(c.Context())
	}
	t, err := g.host.Type(c.Context(), word)
	if err != nil {
		return err
	}
	if g.namespace, err = g.Flags.Namespace(); err != nil {
		return err
	}
	if g.allNamespaces {
		g.namespace = ""
	}
	if g.watch {
		return g.watchObjects(c.Context(), t)
	}
	return g.showObjects(c.Context(), t)
}

// isClusters says whether a word means the members, not a type that is federated.
func isClusters(word string) bool {
	word = strings.TrimSuffix(strings.ToLower(word), ".core.kubefed.io")
	return slices.Contains([]string{"cluster", "clusters", "kubefedcluster", "kubefedclusters", "kfc"}, word)
}

// lists are the options of the requests that list what is asked for: one, or one for
// each name.
func (g *getting) lists() []metav1.ListOptions {
	o := metav1.ListOptions{LabelSelector: g.selector}
	if len(g.names) == 0 {
		return []metav1.ListOptions{o}
	}
	var all []metav1.ListOptions
	for _, name := range g.names {
		o.FieldSelector = "metadata.name=" + name
		all = append(all, o)
	}
	return all
}

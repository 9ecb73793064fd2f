package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/standing"
	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/status"
)

// fares is one "status".
type fares struct {
	*cli.Session
	output   cli.Output
	host     *host.Host
	clusters []string
	wait     bool
	until    string
	timeout  time.Duration
}

const statusLong = `Show how a federated object fares: its conditions, and in each cluster whether it holds
what it should, how the copy fares, how many of its replicas are ready, and how old it is.

All but the age is what the federation's controller wrote down last. The age is asked of
the clusters; where one gives no answer that is a warning, and the exit code is 3.

With --wait it ends when the condition is True for the newest generation, and the exit
code is 0 then, or 2 when that is not so in time. What changes meanwhile is told on the
standard error.`

func newStatus(s *cli.Session) *cobra.Command {
	f := &fares{Session: s}
	command := &cobra.Command{
		Use:   "status TYPE/NAME",
		Short: "Show how a federated object fares in each cluster",
		Long:  statusLong,
		Example: `  fedctl status deployment/web -n shop
  fedctl status deployment/web --wait --for=Available --timeout=2m
  fedctl status deployment/web -o jsonpath='{.clusters[?(@.state!="OK")].name}'`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: s.CompleteReferences,
		PreRunE:           func(*cobra.Command, []string) error { return f.validate() },
		RunE:              func(c *cobra.Command, args []string) error { return f.run(c.Context(), args) },
	}
	f.output.AddTo(command)
	addClusters(s, command, &f.clusters)
	flags := command.Flags()
	flags.BoolVar(&f.wait, "wait", false, "wait until the object has a condition")
	flags.StringVar(&f.until, "for", status.Ready, "the condition to wait for: "+strings.Join(awaitable(), ", "))
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait; 0 is without end")
	cli.Complete(command, "for", func(string) []string { return awaitable() })
	return command
}

func awaitable() []string {
	return []string{status.Ready, status.Available, status.Applied, status.Scheduled}
}

func (f *fares) validate() error {
	if !slices.Contains(awaitable(), f.until) {
		return fmt.Errorf("--for %q: want one of %s", f.until, strings.Join(awaitable(), ", "))
	}
	if f.timeout < 0 {
		return fmt.Errorf("--timeout %s: want 0 or more", f.timeout)
	}
	return f.output.Validate()
}

func (f *fares) run(ctx context.Context, args []string) error {
	s, err := find(ctx, f.Session, args)
	if err != nil {
		return err
	}
	f.host = s.host
	if !f.wait {
		return f.show(ctx, s.kind, s.object)
	}
	object, late := f.await(ctx, s)
	if object == nil {
		return late
	}
	if err := f.show(ctx, s.kind, object); err != nil && !isPartial(err) {
		return err
	}
	return late
}

// found is a federated object that was named on the command line.
type found struct {
	host   *host.Host
	kind   host.Type
	object *unstructured.Unstructured
}

// find reads the federated object that is named.
func find(ctx context.Context, s *cli.Session, args []string) (found, error) {
	ref, err := host.ReferenceOf(args)
	if err != nil {
		return found{}, err
	}
	h, err := s.Host()
	if err != nil {
		return found{}, err
	}
	namespace, err := s.Flags.Namespace()
	if err != nil {
		return found{}, err
	}
	kind, object, err := h.Find(ctx, ref, namespace)
	return found{h, kind, object}, err
}

// copyNamespace is the namespace of its copies.
func (f found) copyNamespace() string {
	if f.kind.Spec.TargetType.Scope == federation.ClusterScoped {
		return ""
	}
	return f.object.GetNamespace()
}

// standing is how the object fares. Clusters that do not tell the age of its copy are
// told of, and partly is what the verb ends with.
func (f *fares) standing(ctx context.Context, o found) (s standing.Standing, partly, err error) {
	if s, err = standing.Of(o.object); err != nil {
		return standing.Standing{}, nil, fmt.Errorf("%s %q: %w", o.object.GetKind(), o.object.GetName(), err)
	}
	if len(f.clusters) > 0 {
		s.Clusters = slices.DeleteFunc(s.Clusters, func(c standing.Cluster) bool { return !slices.Contains(f.clusters, c.Name) })
	}
	partly, err = f.age(ctx, o, s.Clusters)
	return s, partly, cmp.Or(err, ctx.Err())
}

// show shows how the object fares.
func (f *fares) show(ctx context.Context, kind host.Type, object *unstructured.Unstructured) error {
	s, partly, err := f.standing(ctx, found{f.host, kind, object})
	if err != nil {
		return err
	}
	if !f.output.IsForPeople() {
		return cmp.Or(f.Print(&f.output, cli.Result{Object: s}), partly)
	}
	now := time.Now()
	return cmp.Or(f.below(s.ConditionsTable(now), s.ClustersTable(now)), partly)
}

// below shows tables below each other.
func (f *fares) below(above, below *cli.Table) error {
	if err := f.Print(&f.output, cli.Result{Table: above}); err != nil {
		return err
	}
	if len(above.Rows) > 0 && len(below.Rows) > 0 {
		if err := f.Say(""); err != nil {
			return err
		}
	}
	return f.Print(&f.output, cli.Result{Table: below})
}

// age asks the clusters when the copies were made. Those that give no answer are told
// of, and partly is what the verb ends with.
func (f *fares) age(ctx context.Context, o found, clusters []standing.Cluster) (partly, err error) {
	members, partly, err := allMembers(ctx, f.Session, f.host)
	if err != nil {
		return nil, err
	}
	holding := slices.DeleteFunc(members, func(m host.Member) bool {
		return m.Fetches && f.host.Access == nil || !slices.ContainsFunc(clusters, func(c standing.Cluster) bool { return c.Name == m.Name })
	})
	answers := host.Ask(ctx, f.host, holding, f.Flags.MemberTimeout, created(o))
	for i := range clusters {
		for _, a := range answers {
			if a.Member.Name == clusters[i].Name {
				clusters[i].Created = a.Value
			}
		}
	}
	return cmp.Or(unanswered(ctx, f.Session, answers), partly), nil
}

// created asks a member when the object's copy was made there; zero where there is
// none.
func created(o found) func(context.Context, *rest.Config) (metav1.Time, error) {
	return func(ctx context.Context, config *rest.Config) (metav1.Time, error) {
		client, err := metadata.NewForConfig(config)
		if err != nil {
			return metav1.Time{}, err
		}
		copied, err := client.Resource(o.kind.Spec.TargetType.Type().GroupVersionResource()).Namespace(o.copyNamespace()).
			Get(ctx, o.object.GetName(), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return metav1.Time{}, nil
		}
		if err != nil {
			return metav1.Time{}, err
		}
		return copied.CreationTimestamp, nil
	}
}

func isPartial(err error) bool {
	code, _ := cli.CodeOf(err)
	return code == cli.Partial
}

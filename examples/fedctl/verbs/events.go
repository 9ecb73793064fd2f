package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/happened"
	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// hearing is one "events".
type hearing struct {
	*cli.Session
	output        cli.Output
	host          *host.Host
	clusters      []string
	allNamespaces bool
	types         []string
	watch         bool

	namespace string
	about     *found // nil is everything
}

const eventsLong = `List events of the host and of the clusters in the order of their times. CLUSTER says
where each happened, and is (host) for the host.

With TYPE/NAME they are those of the federated object, of its copies, and of what the
copies own, such as Pods. Those of the host are always there, unless -C names clusters.

A cluster that gives no answer, or lets nobody list events by the credential that the
host has of it, is a warning, and the exit code is 3. With --member-access=kubeconfig
clusters are asked with credentials of yours.`

func newEvents(s *cli.Session) *cobra.Command {
	e := &hearing{Session: s}
	command := &cobra.Command{
		Use:   "events [TYPE/NAME]",
		Short: "List events of the host and of the clusters by time",
		Long:  eventsLong,
		Example: `  fedctl events -n shop
  fedctl events deployment/web --member-access=kubeconfig
  fedctl events -A --types=Warning -w`,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: s.CompleteReferences,
		PreRunE:           func(_ *cobra.Command, args []string) error { return e.validate(args) },
		RunE:              func(c *cobra.Command, args []string) error { return e.run(c.Context(), args) },
	}
	e.output.AddTo(command)
	addClusters(s, command, &e.clusters)
	flags := command.Flags()
	flags.BoolVarP(&e.allNamespaces, "all-namespaces", "A", false, "of all namespaces")
	flags.StringSliceVar(&e.types, "types", nil, "only events of these types, with commas between them: Normal, Warning")
	flags.BoolVarP(&e.watch, "watch", "w", false, "go on to tell of events as they come")
	cli.Complete(command, "types", func(string) []string { return []string{"Normal", "Warning"} })
	return command
}

func (e *hearing) validate(args []string) error {
	if e.allNamespaces && len(args) > 0 {
		return fmt.Errorf("--all-namespaces: an object is in one namespace; leave out one of the two")
	}
	for _, word := range e.types {
		if word != "Normal" && word != "Warning" {
			return fmt.Errorf("--types %q: want Normal or Warning", word)
		}
	}
	return e.output.Validate()
}

func (e *hearing) run(ctx context.Context, args []string) error {
	if err := e.prepare(ctx, args); err != nil {
		return err
	}
	members, partly, err := allMembers(ctx, e.Session, e.host)
	if err == nil {
		members, err = host.Only(members, e.clusters)
	}
	if err != nil {
		return err
	}
	if e.watch {
		return e.follow(ctx, members)
	}
	events, unheard, err := e.all(ctx, members)
	if err != nil {
		return err
	}
	return cmp.Or(e.Print(&e.output, e.result(events)), unheard, partly)
}

// prepare reads what the events are to be about.
func (e *hearing) prepare(ctx context.Context, args []string) (err error) {
	if len(args) > 0 {
		about, err := find(ctx, e.Session, args)
		if err != nil {
			return err
		}
		e.host, e.about, e.namespace = about.host, &about, about.object.GetNamespace()
		return nil
	}
	if e.host, err = e.Host(); err != nil {
		return err
	}
	if !e.allNamespaces {
		e.namespace, err = e.Flags.Namespace()
	}
	return err
}

func (e *hearing) result(events []happened.Event) cli.Result {
	items := make([]unstructured.Unstructured, len(events))
	for i, event := range events {
		items[i] = printable(event)
	}
	return cli.Result{Object: listOf(items), Table: happened.Table(events, happened.Columns{Namespaces: e.allNamespaces}, time.Now())}
}

// printable is an event for machines.
func printable(e happened.Event) unstructured.Unstructured {
	if e.Cluster == happened.Host {
		object := *e.Object.DeepCopy()
		object.SetManagedFields(nil)
		return object
	}
	return from(e.Cluster, *e.Object)
}

func eventResource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: "events"}
}

// all are the events of the host and of members by time. Members that give none are told
// of, and partly is what the verb ends with.
func (e *hearing) all(ctx context.Context, members []host.Member) (events []happened.Event, partly, err error) {
	if len(e.clusters) == 0 {
		events, err = e.of(ctx, happened.Host, e.host.Dynamic)
		if err != nil {
			return nil, nil, fmt.Errorf("host: %w", err)
		}
	}
	answers := host.AskEach(ctx, e.host, members, e.Flags.MemberTimeout, func(ctx context.Context, m host.Member, config *rest.Config) ([]happened.Event, error) {
		client, err := dynamic.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		return e.of(ctx, m.Name, client)
	})
	for _, a := range answers {
		events = append(events, a.Value...)
	}
	happened.Sort(events)
	return events, unanswered(ctx, e.Session, answers), nil
}

// of are the events of one cluster that were asked for.
func (e *hearing) of(ctx context.Context, cluster string, client dynamic.Interface) ([]happened.Event, error) {
	list, err := client.Resource(eventResource()).Namespace(e.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	concern := e.concern(cluster, client)
	var events []happened.Event
	for i := range list.Items {
		event, err := happened.Of(cluster, &list.Items[i])
		if err != nil {
			return nil, err
		}
		if e.isOfType(event) && concern.is(ctx, event) {
			events = append(events, event)
		}
	}
	return events, nil
}

func (e *hearing) isOfType(event happened.Event) bool {
	return len(e.types) == 0 || slices.Contains(e.types, event.Type)
}

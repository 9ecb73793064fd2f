package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/description"
	"github.com/fedrail/fedrail/examples/fedctl/happened"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/standing"
)

// describing is one "describe".
type describing struct {
	*cli.Session
	clusters []string
	events   int
}

const describeLong = `Tell all about a federated object in one text: where it is to be and what differs there,
its conditions, its clusters, how its replicas are divided if a ReplicaSchedulingPreference
of its name does so, and the last events about it, on the host and in the clusters.

A cluster that gives no answer is a warning, and the exit code is 3. For programs there
is "status -o json".`

func newDescribe(s *cli.Session) *cobra.Command {
	d := &describing{Session: s}
	command := &cobra.Command{
		Use:   "describe TYPE/NAME",
		Short: "Tell all about a federated object in one text",
		Long:  describeLong,
		Example: `  fedctl describe deployment/web -n shop
  fedctl describe deployment/web --events=50 --member-access=kubeconfig`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: s.CompleteReferences,
		PreRunE: func(*cobra.Command, []string) error {
			if d.events < 0 {
				return fmt.Errorf("--events %d: want 0 or more", d.events)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return d.run(c.Context(), args) },
	}
	addClusters(s, command, &d.clusters)
	command.Flags().IntVar(&d.events, "events", 20, "how many events to show, the last ones; 0 asks for none")
	return command
}

func (d *describing) run(ctx context.Context, args []string) error {
	o, err := find(ctx, d.Session, args)
	if err != nil {
		return err
	}
	fields, err := description.Of(o.object)
	if err != nil {
		return err
	}
	now := time.Now()
	f := &fares{Session: d.Session, host: o.host, clusters: d.clusters}
	s, unaged, err := f.standing(ctx, o)
	if err != nil {
		return err
	}
	parts := []part{{"Conditions", s.ConditionsTable(now), "none"}, {"Clusters", s.ClustersTable(now), "none holds it or should"}}
	preference, err := o.host.PreferenceOf(ctx, o.object)
	if err != nil {
		return err
	}
	if preference != nil {
		title, table := description.Plan(preference)
		parts = append(parts, part{title, table, "there is none yet"})
	}
	heard, unheard, err := d.heard(ctx, o, s)
	if err != nil {
		return err
	}
	return cmp.Or(d.write(fields, append(parts, heard...)), unaged, unheard)
}

// part is a table of the text.
type part struct {
	title     string
	table     *cli.Table
	otherwise string
}

// heard are the last events about the object.
func (d *describing) heard(ctx context.Context, o found, s standing.Standing) (parts []part, partly, err error) {
	if d.events == 0 {
		return nil, nil, nil
	}
	names := []string{}
	for _, c := range s.Clusters {
		names = append(names, c.Name)
	}
	e := &hearing{Session: d.Session, host: o.host, about: &o, namespace: o.object.GetNamespace()}
	all, err := o.host.Members(ctx)
	if all == nil && err != nil {
		return nil, nil, err
	}
	var members []host.Member
	for _, m := range all {
		if slices.Contains(names, m.Name) && (!m.Fetches || o.host.Access != nil) {
			members = append(members, m)
		}
	}
	events, partly, err := e.all(ctx, members)
	if err != nil {
		return nil, nil, err
	}
	title := "Events"
	if more := len(events) - d.events; more > 0 {
		title, events = fmt.Sprintf("Events (the last %d of %d)", d.events, len(events)), events[more:]
	}
	return []part{{title, happened.Table(events, happened.Columns{}, time.Now()), "none"}}, partly, nil
}

func (d *describing) write(fields []description.Field, parts []part) error {
	text := []string{description.Text(fields)}
	for _, p := range parts {
		section, err := description.Section(p.title, p.table, p.otherwise)
		if err != nil {
			return err
		}
		text = append(text, section)
	}
	return d.Say("%s", strings.TrimSuffix(strings.Join(text, "\n"), "\n"))
}

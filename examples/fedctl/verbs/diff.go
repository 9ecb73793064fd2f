package verbs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/diffs"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
	"github.com/fedrail/fedrail/examples/fedctl/trial"
)

const diffLong = `Show how the copies in each cluster differ from what they should be, or would be once
the files were applied. Each cluster judges it in a dry run, by the same server-side
apply as a controller makes: defaults, conflicts and admission count. Nothing is written.

What would be created is compared with nothing, and so is what would be removed. Values
of Secrets are masked. KUBECTL_EXTERNAL_DIFF names a program to show it with.

Exit codes: 0 there is no difference, 1 there are differences, 2 it failed, 3 some
clusters gave no answer, and there is no difference in the others.`

// differing is one run of the verb.
type differing struct {
	*cli.Session
	files       files
	clusters    []string
	showSecrets bool
	manager     string

	host       *host.Host
	federation host.Federation
	silent     int // clusters that gave no answer
	failed     []error
}

func newDiff(s *cli.Session) *cobra.Command {
	d := &differing{Session: s}
	command := &cobra.Command{
		Use:   "diff TYPE/NAME | -f FILE",
		Short: "Show how copies in the clusters differ from what they should be, or would be",
		Long:  diffLong,
		Example: "  fedctl diff deployment/web -n shop\n" +
			"  fedctl diff -f web.yaml -C berlin,madrid\n" +
			"  KUBECTL_EXTERNAL_DIFF=\"colordiff -u -N\" fedctl diff -f web.yaml",
		ValidArgsFunction: s.CompleteReferences,
		RunE:              func(c *cobra.Command, args []string) error { return failing(d.run(c.Context(), args)) },
	}
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return failing(err) })
	d.files.addTo(command)
	addNamed(s, command, &d.clusters, "look into these clusters only, with commas between them")
	command.Flags().BoolVar(&d.showSecrets, "show-secrets", false, "show the values of Secrets")
	command.Flags().StringVar(&d.manager, "field-manager", "fedrail", "the field manager of the controller")
	return command
}

// failing has an error end the program as a diff that failed does.
func failing(err error) error {
	if code, message := cli.CodeOf(err); message == "" || code != cli.Failed {
		return err
	}
	return cli.WithCode(cli.NotYet, err)
}

func (d *differing) run(ctx context.Context, args []string) error {
	all, err := d.subjects(ctx, args)
	if err != nil {
		return err
	}
	var changes []diffs.Change
	for _, one := range all {
		found, err := d.compare(ctx, one)
		if err != nil {
			return err
		}
		changes = append(changes, found...)
	}
	differ, err := d.show(ctx, changes)
	switch {
	case len(d.failed) > 0 || err != nil:
		return errors.Join(append(d.failed, err)...)
	case differ:
		return cli.Silently(cli.Failed)
	case d.silent > 0:
		return cli.Silently(cli.Partial)
	}
	return nil
}

// subjects are what is named, or in the files.
func (d *differing) subjects(ctx context.Context, args []string) ([]subject.Subject, error) {
	switch {
	case len(args) > 0 && len(d.files.names) > 0:
		return nil, errors.New("want TYPE/NAME or -f, not both")
	case len(args) == 0 && len(d.files.names) == 0:
		return nil, errors.New("what is to be compared? name it as TYPE/NAME, or give files with -f")
	}
	var err error
	if d.host, err = d.Host(); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		p, err := d.files.prospect(ctx, d.Session, d.host)
		if err != nil {
			return nil, err
		}
		d.federation = p.Federation
		return subjectsOf(ctx, d.Session, p)
	}
	if d.federation, err = readFederation(ctx, d.Session, d.host); err != nil {
		return nil, err
	}
	one, err := findSubject(ctx, d.Session, d.host, d.federation, args)
	return []subject.Subject{one}, err
}

// compare asks the clusters that an object has to do with, and returns what would
// change. Those that cannot be asked are told.
func (d *differing) compare(ctx context.Context, one subject.Subject) ([]diffs.Change, error) {
	f, err := one.Foresee(ctx, time.Now())
	if err != nil {
		return nil, fmt.Errorf("%s cannot be understood, and nothing is changed because of it: %w", one, err)
	}
	for _, text := range append(one.Told(), f.Guard) {
		if text != "" {
			d.Warn("%s: %s", one, text)
		}
	}
	members, err := host.Only(d.federation.Members, d.clusters)
	if err != nil {
		return nil, fmt.Errorf("-C: %w", err)
	}
	t := trial.Trial{Subject: one, Foresight: f, Options: trial.OptionsOf(one, d.federation, d.host.Namespace)}
	t.Options.FieldManager = d.manager
	members = slices.DeleteFunc(slices.Clone(members), func(m host.Member) bool { return !t.Concerns(m.Cluster.Name) })
	var changes []diffs.Change
	for _, a := range host.AskEach(ctx, d.host, members, d.Flags.MemberTimeout, t.Ask) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d.note(one, a)
		changes = append(changes, diffs.Change{Name: nameIn(a.Member.Name, one), Before: a.Value.Before, After: a.Value.After})
	}
	return changes, nil
}

// note tells of a cluster what is not in the diff.
func (d *differing) note(one subject.Subject, a host.Answer[trial.Verdict]) {
	switch {
	case a.Err != nil && trial.IsSilence(a.Err):
		d.silent++
		d.Warn("cluster %s gives no answer, and %s is not compared there: %s", a.Member.Name, one, a.Err)
	case a.Err != nil:
		d.failed = append(d.failed, fmt.Errorf("cluster %s: %s: %w", a.Member.Name, one, a.Err))
	case a.Value.Note != "":
		d.Warn("cluster %s: %s: %s", a.Member.Name, one, a.Value.Note)
	}
}

// nameIn names the copy of an object in a cluster.
func nameIn(cluster string, one subject.Subject) string {
	key := one.Intent().Key
	if key.Namespace == "" {
		return fmt.Sprintf("%s/%s/%s", cluster, one.Target(), key.Name)
	}
	return fmt.Sprintf("%s/%s/%s/%s", cluster, one.Target(), key.Namespace, key.Name)
}

// show prints the changes, and says whether there are any.
func (d *differing) show(ctx context.Context, changes []diffs.Change) (bool, error) {
	values := diffs.Mask
	if d.showSecrets {
		values = diffs.Show
	}
	if program, set := os.LookupEnv(diffs.Program); set && program != "" {
		return diffs.External(ctx, program, d.IOStreams, changes, values)
	}
	differ, color := false, cli.TerminalOf(d.Out, os.Getenv).Color
	for _, c := range changes {
		text, err := c.Unified(values)
		if err != nil {
			return differ, fmt.Errorf("%s: %w", c.Name, err)
		}
		if text == "" {
			continue
		}
		if differ = true; color {
			text = diffs.Color(text)
		}
		if _, err := fmt.Fprint(d.Out, text); err != nil {
			return differ, err
		}
	}
	return differ, nil
}

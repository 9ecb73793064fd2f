package verbs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/examples/fedctl/migrate"
)

func newMigrate(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "migrate",
		Short: "Take a federation over from another controller",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	command.AddCommand(newMigrateKubeFed(s))
	return command
}

// migrateKubeFed is the command of that name.
type migrateKubeFed struct {
	*cli.Session
	output            cli.Output
	dryRun            cli.DryRun
	yes, finish, undo bool
	steps             []string
	backup            string
	wait              time.Duration
}

func newMigrateKubeFed(s *cli.Session) *cobra.Command {
	m := migrateKubeFed{Session: s}
	command := &cobra.Command{
		Use:   "kubefed",
		Short: "Take a federation over from KubeFed",
		Long: "Take a federation over from KubeFed, where it is: on the same host, with the same objects, and without touching what\n" +
			"runs in the members. Without --yes nothing is changed: the report says of all that KubeFed has on the host and in the\n" +
			"members what is to be decided, what changes, what goes and what stays.\n\n" +
			"With --yes these steps are taken, each of which may be taken again:\n" +
			"  backup  what there is, Secrets excepted, is written to a file and a ConfigMap\n" +
			"  stop    KubeFed is scaled to 0, and its webhook configurations are deleted\n" +
			"  define  the definitions get the fields that are new; all of them are optional\n" +
			"  carry   once a controller of ours runs, which you start: it carries every type, and owns the copies in the members\n" +
			"  finish  with --finish alone: PropagatedVersions, KubeFed's Deployments, accounts and roles are deleted\n" +
			"Until --finish, --undo has KubeFed work again. How far a migration has come is in the ConfigMap " + migrate.StateName + "\n" +
			"in the system namespace.",
		Example: "  fedctl migrate kubefed                            # what would become of everything\n" +
			"  fedctl migrate kubefed --yes                      # backup, stop, define\n" +
			"  fedctl install --image example.com/fedrail/controller:v1\n" +
			"  fedctl migrate kubefed --yes --wait 5m            # until that controller carries everything\n" +
			"  fedctl migrate kubefed --yes --finish\n" +
			"  fedctl migrate kubefed --undo --yes               # instead of --finish",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return m.validate() },
		RunE:    func(c *cobra.Command, _ []string) error { return m.run(c) },
	}
	m.output.AddTo(command)
	m.dryRun.AddTo(command.Flags())
	set := command.Flags()
	set.BoolVar(&m.yes, "yes", false, "take the steps; without it nothing is changed")
	set.StringSliceVar(&m.steps, "step", nil, "take these steps and no others: "+stepNames())
	set.BoolVar(&m.finish, "finish", false, "take the last step as well, after which there is no way back")
	set.BoolVar(&m.undo, "undo", false, "have KubeFed work again, as it did before")
	set.StringVar(&m.backup, "backup", "", "new file for what there was; default one in the current folder, named by namespace and time. With --undo: a file to read, where the ConfigMap is lost")
	set.DurationVar(&m.wait, "wait", 0, "how long to wait for KubeFed to stop (default a minute), and for a controller that carries everything (default not at all); with --undo, for KubeFed's webhook")
	cli.Complete(command, "step", func(string) []string { return strings.Split(stepNames(), ",") })
	return command
}

func stepNames() string {
	names := make([]string, len(migrate.Steps()))
	for i, step := range migrate.Steps() {
		names[i] = string(step)
	}
	return strings.Join(names, ",")
}

func (m *migrateKubeFed) validate() error {
	for _, step := range m.steps {
		if !slices.Contains(migrate.Steps(), migrate.Step(step)) {
			return fmt.Errorf("--step: got %q, want some of %s", step, stepNames())
		}
	}
	switch {
	case m.undo && (m.finish || len(m.steps) > 0):
		return errors.New("--undo takes no steps: leave --finish and --step away")
	case m.finish && len(m.steps) > 0:
		return errors.New("--finish and --step: leave one of the two away")
	case m.wait < 0:
		return fmt.Errorf("--wait: got %s, want 0 or more", m.wait)
	}
	return m.output.Validate()
}

func (m *migrateKubeFed) run(c *cobra.Command) error {
	h, err := m.Host()
	if err != nil {
		return err
	}
	take := migrate.Migration{Host: h, Backup: m.backup, Patience: m.Flags.MemberTimeout, Wait: m.wait}
	really := m.yes && m.dryRun == cli.DryRunNone
	switch {
	case m.undo:
		return m.goBack(c, take, really)
	case !really:
		return m.unlessNone(m.foretell(c, h))
	}
	if err := m.reportFirst(c, h); err != nil {
		return m.unlessNone(err)
	}
	return m.takeSteps(c, take)
}

// errNone says that nothing is KubeFed's.
var errNone = errors.New("there is nothing of KubeFed, neither on the host nor in the members")

// unlessNone says so where there is nothing to migrate, which is no failure.
func (m *migrateKubeFed) unlessNone(err error) error {
	if errors.Is(err, errNone) {
		m.Tell("%v", err)
		return nil
	}
	return err
}

// foretell reports, and changes nothing.
func (m *migrateKubeFed) foretell(c *cobra.Command, h *host.Host) error {
	err := m.report(c, h)
	if code, message := cli.CodeOf(err); code == cli.Failed || message != "" {
		return err
	}
	m.Next("nothing was changed; to take the steps", "migrate kubefed --yes")
	return err
}

// reportFirst reports before the first step is taken. Clusters that do not answer hold
// nothing up.
func (m *migrateKubeFed) reportFirst(c *cobra.Command, h *host.Host) error {
	state, err := migrate.StateOf(c.Context(), h)
	if err != nil || state.Begun {
		return err
	}
	err = m.report(c, h)
	if code, message := cli.CodeOf(err); code == cli.Partial && message == "" {
		return nil
	}
	return err
}

// report shows what becomes of all that there is.
func (m *migrateKubeFed) report(c *cobra.Command, h *host.Host) error {
	now := time.Now()
	in, err := migrate.Read(c.Context(), h, migrate.Options{Patience: m.Flags.MemberTimeout, Now: now})
	if err != nil {
		return err
	}
	if !in.OfKubeFed() {
		return errNone
	}
	r := migrate.ReportOf(in, now)
	r.APIVersion, r.Kind = cli.Version, "MigrationReport"
	if err := m.Print(&m.output, cli.Result{Object: r, Table: reportTable(r)}); err != nil {
		return err
	}
	m.Tell("to decide: %d; change: %d; go: %d; stay: %d",
		r.Count(migrate.Decide), r.Count(migrate.Changes), r.Count(migrate.Goes), r.Count(migrate.Stays))
	silent := false
	for _, member := range in.Members {
		if member.Silent != nil {
			silent = true
			m.Warn("cluster %s: %v", member.Name, member.Silent)
		}
	}
	if silent {
		return cli.Silently(cli.Partial)
	}
	return nil
}

func reportTable(r migrate.Report) *cli.Table {
	t := &cli.Table{Columns: cli.Columns("FATE", "STEP", "SUBJECT", "WHAT")}
	for _, e := range r.Entries {
		what := e.Message
		if e.Mend != "" {
			what += " (" + e.Mend + ")"
		}
		t.Rows = append(t.Rows, []string{string(e.Fate), string(e.Step), e.Subject, what})
	}
	return t
}

// goBack has KubeFed work again, or says what that would bring back.
func (m *migrateKubeFed) goBack(c *cobra.Command, take migrate.Migration, really bool) error {
	if really {
		return notYet(m.Step("undo", func() (string, error) { return take.Undo(c.Context()) }))
	}
	kept, err := take.WayBack(c.Context())
	if err != nil {
		return err
	}
	for _, o := range kept {
		if err := m.Say("%s", cli.NameOf(o)); err != nil {
			return err
		}
	}
	m.Next("nothing was changed; to have these back as they were", "migrate kubefed --undo --yes")
	return nil
}

// notYet ends the program with a code of its own where only time lacks.
func notYet(err error) error {
	if errors.Is(err, migrate.ErrNotYet) {
		return cli.WithCode(cli.NotYet, err)
	}
	return err
}

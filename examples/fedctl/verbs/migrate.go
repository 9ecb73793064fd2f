package verbs

import (
	"fmt"
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
	output cli.Output
	dryRun cli.DryRun
}

func newMigrateKubeFed(s *cli.Session) *cobra.Command {
	m := migrateKubeFed{Session: s}
	command := &cobra.Command{
		Use:   "kubefed",
		Short: "Take a federation over from KubeFed",
		Long: "Take a federation over from KubeFed. Without --yes nothing is changed: the report says of all that KubeFed has on the host\n" +
			"and in the members what is to be decided, what changes, what goes and what stays.",
		Example: "  fedctl migrate kubefed\n  fedctl migrate kubefed -o json",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return m.output.Validate() },
		RunE:    func(c *cobra.Command, _ []string) error { return m.run(c) },
	}
	m.output.AddTo(command)
	m.dryRun.AddTo(command.Flags())
	return command
}

func (m *migrateKubeFed) run(c *cobra.Command) error {
	h, err := m.Host()
	if err != nil {
		return err
	}
	_, err = m.report(c, h)
	return err
}

// report shows what becomes of all that there is.
func (m *migrateKubeFed) report(c *cobra.Command, h *host.Host) (migrate.Inventory, error) {
	now := time.Now()
	in, err := migrate.Read(c.Context(), h, migrate.Options{Patience: m.Flags.MemberTimeout, Now: now})
	if err != nil {
		return in, err
	}
	r := migrate.ReportOf(in, now)
	r.APIVersion, r.Kind = cli.Version, "MigrationReport"
	if err := m.Print(&m.output, cli.Result{Object: r, Table: reportTable(r)}); err != nil {
		return in, err
	}
	m.Tell("nothing was changed; %d things to decide, %d that change, %d that go", r.Count(migrate.Decide), r.Count(migrate.Changes), r.Count(migrate.Goes))
	silent := false
	for _, member := range in.Members {
		if member.Silent != nil {
			silent = true
			m.Warn("cluster %s: %v", member.Name, member.Silent)
		}
	}
	if silent {
		return in, cli.Silently(cli.Partial)
	}
	return in, nil
}

func reportTable(r migrate.Report) *cli.Table {
	t := &cli.Table{Columns: cli.Columns("FATE", "STEP", "SUBJECT", "WHAT")}
	for _, e := range r.Entries {
		what := e.Message
		if e.Mend != "" {
			what += fmt.Sprintf(" (%s)", e.Mend)
		}
		t.Rows = append(t.Rows, []string{string(e.Fate), string(e.Step), e.Subject, what})
	}
	return t
}

package verbs

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/checkup"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

func newCheck(s *cli.Session) *cobra.Command {
	var output cli.Output
	command := &cobra.Command{
		Use:   "check",
		Short: "Look whether the federation as a whole is as it should be",
		Long: "Look whether the federation as a whole is as it should be: the host and its version, the definitions and theirs, the\n" +
			"config, the controller that leads, the types that it carries, each cluster and what the federation may do there,\n" +
			"external-dns, and your own rights. Nothing is changed.\n" +
			"It ends with 0 when nothing is bad, 1 when something is, and 3 when some clusters gave no answer.",
		Example: "  fedctl check\n  fedctl check -o json",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return output.Validate() },
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := s.Host()
			if err != nil {
				return err
			}
			o := checkup.Options{Patience: s.Flags.MemberTimeout, Now: time.Now()}
			if output.IsForPeople() {
				o.Told = func(f checkup.Finding) { _ = s.Say("%s", findingLine(f)) } // nobody may listen any more
			}
			r := &checkup.Report{APIVersion: cli.Version, Kind: "CheckReport", Findings: checkup.Examine(c.Context(), h, o)}
			if err := c.Context().Err(); err != nil {
				return err
			}
			if !output.IsForPeople() {
				if err := s.Print(&output, cli.Result{Object: r}); err != nil {
					return err
				}
			}
			return conclusion(r)
		},
	}
	output.AddTo(command)
	return command
}

// findingLine is a finding for people.
func findingLine(f checkup.Finding) string {
	mark := map[checkup.Verdict]string{checkup.Good: "✓", checkup.Warning: "!", checkup.Bad: "✗", checkup.Unknown: "?"}[f.Verdict]
	line := fmt.Sprintf("%s %s: %s", mark, f.Subject, f.Message)
	if f.Mend != "" {
		line += "\n    " + f.Mend
	}
	return line
}

// conclusion is what the program ends with.
func conclusion(r *checkup.Report) error {
	switch bad, unknown := r.Count(checkup.Bad), r.Count(checkup.Unknown); {
	case bad == 1:
		return fmt.Errorf("1 of %d things is not as it should be", len(r.Findings))
	case bad > 0:
		return fmt.Errorf("%d of %d things are not as they should be", bad, len(r.Findings))
	case unknown > 0:
		return cli.WithCode(cli.Partial, fmt.Errorf("of %d things it is not known how they are", unknown))
	}
	return nil
}

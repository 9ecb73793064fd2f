package verbs

import (
	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

func newUninstall(s *cli.Session) *cobra.Command {
	var changes cli.Changes
	definitions := false
	command := &cobra.Command{
		Use:   "uninstall",
		Short: "Take the controller off the host",
		Long: "Take the controller off the host: its Deployment, its account and what that may do. What is federated stays where it is,\n" +
			"on the host and in the members, and \"fedctl install\" goes on where this ended.\n" +
			"With --definitions the kinds go as well. An API server deletes the objects of a kind with it, so this is refused while\n" +
			"there are federated objects, members, preferences or DNS records; the system namespace is left.",
		Example: "  fedctl uninstall\n  fedctl uninstall --definitions --dry-run",
		Args:    cobra.NoArgs,
		PreRunE: func(*cobra.Command, []string) error { return changes.Validate() },
		RunE: func(c *cobra.Command, _ []string) error {
			h, err := s.Host()
			if err != nil {
				return err
			}
			on := changes.On(h.Setup())
			if definitions {
				if err := on.Undefine(c.Context()); err != nil {
					return err
				}
			}
			if err := on.Uninstall(c.Context()); err != nil {
				return err
			}
			return changes.End()
		},
	}
	changes.AddTo(command, s)
	command.Flags().BoolVar(&definitions, "definitions", false, "delete the definitions of the federation's kinds, too, when nothing is left of them but configuration")
	return command
}

package verbs

import (
	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/asking"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

func newResume(s *cli.Session) *cobra.Command {
	return asking.NewCommand(s, asking.Resume(), asking.Words{
		Name:  "resume",
		Short: "Have federated objects carried again that were suspended",
		Long: "Have federated objects carried again that were suspended. What was changed meanwhile is carried to the clusters at once;\n" +
			"\"status --wait\" waits until it is there.",
		Example: "  fedctl resume deployment/web -n shop && fedctl status deployment/web -n shop --wait\n" +
			"  fedctl resume --all -n shop",
	})
}

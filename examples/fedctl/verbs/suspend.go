package verbs

import (
	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/asking"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

func newSuspend(s *cli.Session) *cobra.Command {
	return asking.NewCommand(s, asking.Suspend(), asking.Words{
		Name:  "suspend",
		Short: "Leave the copies of federated objects as they are, until they are resumed",
		Long: "Leave the copies of federated objects as they are: nothing is created, changed or removed in any cluster until \"resume\",\n" +
			"whatever is changed in the federated object, in a placement or by somebody in a cluster. How the copies fare goes on being told.\n" +
			"A federated object that is deleted takes its copies with it all the same. It is the annotation fedrail.io/suspend.\n" +
			"-l and --all without a type mean the objects of every type in the namespace.",
		Example: "  fedctl suspend deployment/web configmap/settings -n shop\n" +
			"  fedctl suspend deployments -l app=web -A\n" +
			"  fedctl suspend --all -n shop",
	})
}

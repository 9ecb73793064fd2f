package verbs

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/asking"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

func newReconcile(s *cli.Session) *cobra.Command {
	return asking.NewCommand(s, asking.Reconcile(time.Now()), asking.Words{
		Name:  "reconcile",
		Short: "Have every copy of federated objects compared and written anew",
		Long: "Have every copy of federated objects compared with what it should be and written anew, also where it is believed to be right.\n" +
			"It costs a request for each copy, and is never needed but where somebody doubts; see \"retry\" for what failed.\n" +
			"With --wait it ends when the controller says, by an event of the object, that all of that is done; the exit code is 2 when\n" +
			"that is not so in time, and when an object is suspended, which is left alone. What is asked while no controller runs\n" +
			"has to be asked again. It is the annotation fedrail.io/reconcile.",
		Example: "  fedctl reconcile deployment/web -n shop --wait\n" +
			"  fedctl reconcile configmaps --all -n shop",
	})
}

package verbs

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/asking"
	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

func newRetry(s *cli.Session) *cobra.Command {
	return asking.NewCommand(s, asking.Retry(time.Now()), asking.Words{
		Name:  "retry",
		Short: "Have what failed of federated objects tried again at once",
		Long: "Have what failed of federated objects tried again at once, instead of when its time comes. What is as it should be costs no request.\n" +
			"With --wait it ends when every cluster holds what it should (the condition Applied); the exit code is 2 when that is not so in\n" +
			"time, and when an object is suspended, which is left alone. What is asked while no controller runs\n" +
			"has to be asked again. It is the annotation fedrail.io/retry.",
		Example: "  fedctl retry deployment/web -n shop --wait --timeout=1m\n" +
			"  fedctl retry --all -A",
	})
}

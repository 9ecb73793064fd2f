package verbs

import (
	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// operating are the verbs for those who run a federation.
func operating() []func(*cli.Session) *cobra.Command {
	return []func(*cli.Session) *cobra.Command{
		newCordon,
		newUncordon,
		newDrain,
		newTaint,
		newSuspend,
		newResume,
		newReconcile,
		newRetry,
		newDNS,
	}
}

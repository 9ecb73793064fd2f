package verbs

import (
	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/sandbox/command"
)

func newSandbox(*cli.Session) *cobra.Command {
	c := command.New()
	c.Long = "Real Kubernetes clusters on this machine, for trying a federation: a host and some members, as plain processes.\n" +
		"The first time, Kubernetes is built from source, in six to ten minutes; run that in the source tree of Fedrail, with Go."
	c.Example = "  fedctl sandbox up --members 2\n" +
		"  export KUBECONFIG=~/.cache/fedrail/sandbox/default/kubeconfig\n" +
		"  fedctl install && fedctl enable namespaces deployments.apps\n" +
		"  fedctl join member1\n" +
		"  fedctl sandbox down"
	return c
}

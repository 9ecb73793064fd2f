// Package command is the command line of the sandbox, for the program of that name and
// for others that have it as one of their commands.
package command

import "github.com/spf13/cobra"

// New makes the command. The sandbox that its "up" leaves running is the same program,
// called in the same way.
func New() *cobra.Command {
	name := defaultName
	root := &cobra.Command{
		Use:           "sandbox",
		Short:         "Real Kubernetes clusters on this machine, for trying a federation",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&name, "name", name, "name of the sandbox; several can run side by side")
	root.AddCommand(upCommand(&name), downCommand(&name), statusCommand(&name), pauseCommand(&name), continueCommand(&name), killCommand(&name), buildCommand())
	return root
}

// Command sandbox runs a small federation's worth of real Kubernetes clusters on
// this machine: a host and some members, each with its own API server, controllers,
// scheduler and pretend nodes. It needs Go and nothing else.
//
//	go run -C examples/sandbox . up --members 3
//	go run -C examples/sandbox . status
//	go run -C examples/sandbox . down
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// run is the command without the process around it.
func run(ctx context.Context, args []string, out io.Writer) error {
	name := defaultName
	root := &cobra.Command{
		Use:           "sandbox",
		Short:         "Real Kubernetes clusters on this machine, for trying a federation",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&name, "name", name, "name of the sandbox; several can run side by side")
	root.AddCommand(upCommand(&name), downCommand(&name), statusCommand(&name), pauseCommand(&name), continueCommand(&name), killCommand(&name), buildCommand())
	root.SetArgs(args)
	root.SetOut(out)
	return root.ExecuteContext(ctx)
}

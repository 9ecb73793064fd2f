// Command controller is the reference controller of a federation. It works on
// KubeFed's objects, and may be started in the place of KubeFed's
// controller-manager: it has the same flags, config and lock.
//
//	fedctl install --controller-kubeconfig controller.yaml   # see examples/fedctl
//	controller --kubeconfig controller.yaml
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "controller: %v\n", err)
		os.Exit(1)
	}
}

// run is the program. It returns nil when ctx has ended and all that it started
// as well.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	command := newCommand()
	command.SetArgs(args)
	command.SetOut(stdout)
	return command.ExecuteContext(ctx)
}

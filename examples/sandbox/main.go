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
	"os"
	"os/signal"
	"syscall"

	"github.com/fedrail/fedrail/examples/sandbox/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command.New().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

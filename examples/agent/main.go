// Command agent makes the cluster that it runs in a member of a federation whose
// host cannot reach it: it fetches from the host what the cluster should hold,
// and answers there. See README.md for how to set one up.
//
//	agent manifests --cluster edge1 | kubectl --context host apply -f -
//	agent --cluster edge1 --host-kubeconfig host.yaml
package main

import (
	"context"
	"errors"
	"flag"
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
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "agent: %v\n", err)
		os.Exit(1)
	}
}

// run is the program. It returns nil when ctx has ended and all that it started
// as well.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) > 0 && args[0] == "manifests" {
		return manifests(args[1:], stdout)
	}
	f := newFlags("agent", "Fetch from the host of a federation what this cluster should hold.\n"+
		"With the word manifests, print what the host needs for that.", stdout)
	f.addRun()
	if err := f.parse(args); err != nil {
		return err
	}
	return work(ctx, f)
}

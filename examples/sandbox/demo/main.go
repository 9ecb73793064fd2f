// Command demo shows a federation at work on real Kubernetes clusters on this
// machine, and checks each thing that it says against the API servers:
//
//	go run -C examples/sandbox ./demo
//	KEEP=1 go run -C examples/sandbox ./demo   # and leave it all running
//	go run -C examples/sandbox ./demo --story=replicas
//	go run -C examples/sandbox ./demo --story=names
//
// It needs Go and nothing else. The first time, it builds the clusters' programs.
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\ndemo: %v\n", err)
		os.Exit(1)
	}
}

// run is the program. Unless all is to be kept, nothing runs any more when it
// returns, however it ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(out)
	keep := flags.Bool("keep", os.Getenv("KEEP") == "1", "leave clusters, controller and sample running; also KEEP=1 in the environment")
	name := flags.String("story", "shop", "shop: one application, end to end; replicas: where thirty replicas go while clusters come and fail; names: what a real DNS server answers meanwhile")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	told, err := storyOf(*name)
	if err != nil {
		return err
	}
	d := &demo{out: out, story: told}
	if *keep {
		d.end = keepRunning
	}
	return d.run(ctx)
}

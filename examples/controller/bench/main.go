// Command bench measures what the reference controller costs beside the requests
// that it cannot do without, on this machine and on API servers of its own: how
// it fares beside a bare loop that sends the very same requests, how soon a
// change arrives, what a copy costs in memory, what a restart costs, whether
// members that an object has nothing to do with cost anything, and what a member
// that does not answer costs the others.
//
//	go run -C examples/controller ./bench
//	go run -C examples/controller ./bench --only=create,growth --rounds=1
//
// Figures go to stdout, one a line: "figure NAME VALUE UNIT". What goes on is
// told on stderr. The exit code is 1 when the members do not hold in the end what
// they should. Nothing else should run on the machine meanwhile.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// streams are where figures and where progress go.
type streams struct{ out, err io.Writer }

func run(ctx context.Context, args []string, s streams) error {
	o, err := parse(args, s.out)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	return measure(ctx, o, s)
}

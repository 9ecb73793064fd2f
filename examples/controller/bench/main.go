// Command bench measures what the reference controller costs beside the requests
// that it cannot do without. In one run on this machine, on API servers of its
// own, it compares the controller with a bare loop that sends the very same
// requests, takes the controller's peak memory, and measures what a member that
// does not answer costs the others.
//
//	go run -C examples/controller ./bench
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

// options are the command line.
type options struct {
	objects, members, rounds int
	skipBlackhole            bool
	controller               string // path of the program; empty is to build it
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	set := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	set.SortFlags = false
	set.SetOutput(out)
	set.IntVar(&o.objects, "objects", 2000, "federated ConfigMaps that are created, changed and deleted")
	set.IntVar(&o.members, "members", 3, "members, each of which gets every object")
	set.IntVar(&o.rounds, "rounds", 3, "rounds; figures are medians over them")
	set.BoolVar(&o.skipBlackhole, "skip-blackhole", false, "do not measure what a member that does not answer costs the others")
	set.StringVar(&o.controller, "controller", "", "program to measure; default is to build examples/controller")
	set.Usage = func() {
		_, _ = fmt.Fprintf(out, "Compare the reference controller with a bare loop of the same requests.\n\nUsage: bench [flags]\n\n%s", set.FlagUsages())
	}
	if err := set.Parse(args); err != nil {
		return options{}, err
	}
	return o, o.validate()
}

func (o options) validate() error {
	var errs []error
	for _, f := range []struct {
		name  string
		value int
		least int
	}{{"objects", o.objects, 1}, {"members", o.members, 1}, {"rounds", o.rounds, 1}} {
		if f.value < f.least {
			errs = append(errs, fmt.Errorf("--%s: got %d, want at least %d", f.name, f.value, f.least))
		}
	}
	if o.members < 2 && !o.skipBlackhole {
		errs = append(errs, errors.New("--members: a black hole needs a second member; set at least 2, or --skip-blackhole"))
	}
	return errors.Join(errs...)
}

// Command chaos does to a federation what a bad month would, on API servers of
// its own on this machine, and checks after each fault that nothing was lost,
// nothing is left over, nothing of anybody else's was touched, and that every
// status tells the truth.
//
//	go run -C examples/controller ./chaos
//
// While federated ConfigMaps are created, changed, placed elsewhere, overridden
// and deleted, the controller and members are killed, paused, cut off, throttled,
// robbed of their data, their certificates and their credentials. What is drawn,
// and in which order, follows from the seed, which is printed; how far everybody
// was when a fault struck does not. The exit code is 1 when anything was wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "chaos: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args, out)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	return bedlam(ctx, o, out)
}

// options are the command line.
type options struct {
	seed                            uint64
	objects, members, kills, rounds int
	duration, patience              time.Duration
	faults                          []string
	controller                      string // path of the program; empty is to build it
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	set := pflag.NewFlagSet("chaos", pflag.ContinueOnError)
	set.SortFlags = false
	set.SetOutput(out)
	set.Uint64Var(&o.seed, "seed", 0, "what is drawn follows from it; 0 chooses one")
	set.IntVar(&o.objects, "objects", 500, "federated ConfigMaps")
	set.IntVar(&o.members, "members", 4, "members")
	set.IntVar(&o.kills, "kills", 50, "times that the controller is killed, before anything else")
	set.IntVar(&o.rounds, "rounds", 30, "faults that are drawn after that")
	set.DurationVar(&o.duration, "duration", 0, "when to draw no more; 0 is when all rounds are done")
	set.DurationVar(&o.patience, "patience", 3*time.Minute, "how long after a fault all has to be right again")
	set.StringSliceVar(&o.faults, "faults", names(), "those to draw from")
	set.StringVar(&o.controller, "controller", "", "program to test; default is to build examples/controller")
	set.Usage = func() {
		_, _ = fmt.Fprintf(out, "Break a federation again and again, and check what becomes of it.\n\nUsage: chaos [flags]\n\n%s", set.FlagUsages())
	}
	if err := set.Parse(args); err != nil {
		return options{}, err
	}
	if o.seed == 0 {
		o.seed = rand.Uint64()
	}
	return o, o.validate()
}

func (o options) validate() error {
	var errs []error
	for _, f := range []struct {
		name         string
		value, least int
	}{{"objects", o.objects, 1}, {"members", o.members, 1}, {"kills", o.kills, 0}, {"rounds", o.rounds, 0}} {
		if f.value < f.least {
			errs = append(errs, fmt.Errorf("--%s: got %d, want at least %d", f.name, f.value, f.least))
		}
	}
	if o.duration < 0 {
		errs = append(errs, fmt.Errorf("--duration: got %v, want 0 or more", o.duration))
	}
	if o.patience <= 0 {
		errs = append(errs, fmt.Errorf("--patience: got %v, want more than 0", o.patience))
	}
	for _, name := range o.faults {
		if !slices.Contains(names(), name) {
			errs = append(errs, fmt.Errorf("--faults: there is no %q; choose from %s", name, strings.Join(names(), ", ")))
		}
	}
	if len(o.faults) == 0 && o.rounds > 0 {
		errs = append(errs, errors.New("--faults: there is nothing to draw from; name one, or set --rounds=0"))
	}
	return errors.Join(errs...)
}

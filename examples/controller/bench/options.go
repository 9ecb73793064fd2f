package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// options are the command line.
type options struct {
	only                    []string // names of parts; empty is all
	members                 []int    // to race with
	objects, copies, rounds int      // of a race
	changeMembers           int
	changeRate              int // a second
	changeTime              time.Duration
	managed                 int    // objects of what is measured with many
	services                int    // that have names
	serviceClusters         int    // that each of them is in
	controller              string // path of the program; empty is to build it
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	set := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	set.SortFlags = false
	set.SetOutput(out)
	set.StringSliceVar(&o.only, "only", nil, "parts to measure, of "+strings.Join(names(), ",")+"; default is all")
	set.IntSliceVar(&o.members, "members", []int{1, 4, 16}, "create: numbers of members to race with; every member gets every object")
	set.IntVar(&o.objects, "objects", 2000, "create: federated ConfigMaps that are created, changed and deleted at the most")
	set.IntVar(&o.copies, "copies", 4000, "create: copies of them in all members at the most; many members get fewer objects")
	set.IntVar(&o.rounds, "rounds", 3, "create, growth, plan, dns: rounds; figures are medians over them")
	set.IntVar(&o.changeMembers, "change-members", 2, "change: members that get every change")
	set.IntVar(&o.changeRate, "change-rate", 100, "change: templates that are changed each second")
	set.DurationVar(&o.changeTime, "change-time", 30*time.Second, "change: for how long")
	set.IntVar(&o.managed, "managed", 10_000, "copy, restart, growth: objects that are managed")
	set.IntVar(&o.services, "services", 1000, "dns: Services that have names")
	set.IntVar(&o.serviceClusters, "service-clusters", 20, "dns: clusters that each of them is in; one of them fails")
	set.StringVar(&o.controller, "controller", "", "program to measure; default is to build examples/controller")
	set.Usage = func() {
		_, _ = fmt.Fprintf(out, "Measure what the reference controller costs.\n\nUsage: bench [flags]\n\n%s\nParts:\n%s", set.FlagUsages(), describeParts())
	}
	if err := set.Parse(args); err != nil {
		return options{}, err
	}
	if len(set.Args()) > 0 {
		return options{}, fmt.Errorf("unexpected argument %q: bench takes flags alone", set.Arg(0))
	}
	return o, o.validate()
}

func (o options) validate() error {
	var errs []error
	atLeast := func(name string, value, least int) {
		if value < least {
			errs = append(errs, fmt.Errorf("--%s: got %d, want at least %d", name, value, least))
		}
	}
	between := func(name string, value, least, most int) {
		if value < least || value > most {
			errs = append(errs, fmt.Errorf("--%s: got %d, want %d to %d", name, value, least, most))
		}
	}
	for _, name := range o.only {
		if !slices.Contains(names(), name) {
			errs = append(errs, fmt.Errorf("--only: there is no part %q; there are %s", name, strings.Join(names(), ", ")))
		}
	}
	for _, n := range o.members {
		atLeast("members", n, 1)
	}
	atLeast("objects", o.objects, 1)
	atLeast("copies", o.copies, 1)
	atLeast("rounds", o.rounds, 1)
	atLeast("change-members", o.changeMembers, 1)
	atLeast("change-rate", o.changeRate, 1)
	atLeast("managed", o.managed, 1)
	between("services", o.services, 1, 60_000)
	between("service-clusters", o.serviceClusters, 2, 250)
	if o.changeTime < time.Second {
		errs = append(errs, fmt.Errorf("--change-time: got %v, want at least 1s", o.changeTime))
	}
	return errors.Join(errs...)
}

// wants says whether a part is to be measured.
func (o options) wants(p part) bool { return len(o.only) == 0 || slices.Contains(o.only, p.name) }

// raceObjects are how many objects race with so many members.
func (o options) raceObjects(members int) int {
	return max(min(o.objects, o.copies/members), 1)
}

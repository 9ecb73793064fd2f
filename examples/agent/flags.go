package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/labels"
)

// flags are those of the program.
type flags struct {
	set *flag.FlagSet

	cluster                           string
	labels                            labels.Set
	hostKubeconfig, memberKubeconfig  string
	workers                           int
	interval, heartbeat, writeTimeout time.Duration
	healthAddr                        string
	logFormat                         string
	verbosity                         int
}

// newFlags has --help print to stdout.
func newFlags(name, purpose string, stdout io.Writer) *flags {
	f := &flags{set: flag.NewFlagSet(name, flag.ContinueOnError), labels: labels.Set{}}
	f.set.SetOutput(io.Discard) // errors are returned
	f.set.Usage = func() {
		_, _ = fmt.Fprintf(stdout, "%s\n\nUsage:\n  %s [flags]\n\nFlags:\n", purpose, name)
		f.set.VisitAll(func(one *flag.Flag) {
			_, _ = fmt.Fprintf(stdout, "  --%-20s %s%s\n", one.Name, one.Usage, defaultOf(one))
		})
	}
	f.set.StringVar(&f.cluster, "cluster", "", "name of this cluster in the federation; required")
	return f
}

func defaultOf(f *flag.Flag) string {
	if f.DefValue == "" || f.DefValue == "0" {
		return ""
	}
	return fmt.Sprintf(" (default %s)", f.DefValue)
}

func (f *flags) addRun() {
	f.set.StringVar(&f.hostKubeconfig, "host-kubeconfig", "", "kubeconfig file of the host; required")
	f.set.StringVar(&f.memberKubeconfig, "member-kubeconfig", "", "kubeconfig file of this cluster; in a pod, that of its service account when empty")
	f.set.IntVar(&f.workers, "workers", 8, "objects of a type that are written at a time")
	f.set.DurationVar(&f.interval, "interval", time.Second, "least time between two answers in one bundle")
	f.set.DurationVar(&f.heartbeat, "heartbeat", 10*time.Second, "time between two renewals of the lease on the host")
	f.set.DurationVar(&f.writeTimeout, "timeout", 10*time.Second, "longest time that one write may take")
	f.set.StringVar(&f.healthAddr, "healthz-addr", "127.0.0.1:8086", "address to serve /healthz (it lives) and /readyz (host and member are reached, or why not) on; port 0 is a free one, \":8086\" is for probes from outside of the pod, empty is none")
	f.set.StringVar(&f.logFormat, "log-format", "text", "text or json")
	f.set.IntVar(&f.verbosity, "v", 0, "verbosity of the log; 1 tells of more than what somebody has to act on")
}

func (f *flags) addManifests() {
	f.set.Func("label", "a label of the cluster, as key=value; may be repeated", func(s string) error {
		set, err := labels.ConvertSelectorToLabelsMap(s)
		f.labels = labels.Merge(f.labels, set)
		return err
	})
}

// parse reads the arguments. The error names everything that is missing; that of
// --help is flag.ErrHelp.
func (f *flags) parse(args []string) error {
	if err := f.set.Parse(args); err != nil {
		return fmt.Errorf("%w; see --help", err)
	}
	var errs []error
	if f.set.NArg() > 0 {
		errs = append(errs, fmt.Errorf("unknown argument %q; see --help", f.set.Arg(0)))
	}
	for _, required := range []string{"cluster", "host-kubeconfig"} {
		if one := f.set.Lookup(required); one != nil && one.Value.String() == "" {
			errs = append(errs, fmt.Errorf("--%s is required", required))
		}
	}
	return errors.Join(errs...)
}

func (f *flags) logger() (logr.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.Level(-f.verbosity)}
	switch strings.ToLower(f.logFormat) {
	case "text":
		return logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, options)), nil
	case "json":
		return logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, options)), nil
	}
	return logr.Logger{}, fmt.Errorf("--log-format: got %q, want text or json", f.logFormat)
}

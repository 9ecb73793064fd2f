package verbs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// reading is one "logs".
type reading struct {
	*cli.Session
	host      *host.Host
	clusters  []string
	options   corev1.PodLogOptions
	tail      int64
	since     time.Duration
	all       bool // containers
	most      int
	namespace string
}

const logsLong = `Print the logs of a pod, or of the pods of a workload, in the clusters. Where there are
several, each line begins with the cluster and the pod.

The account that the host has in a cluster may read no logs, unless it was given more
than it needs; with --member-access=kubeconfig clusters are asked with credentials of
yours. A log that cannot be read is a warning, and the exit code is 3; where none can be
read it is 1.`

func newLogs(s *cli.Session) *cobra.Command {
	r := &reading{Session: s}
	command := &cobra.Command{
		Use:   "logs TYPE/NAME|POD",
		Short: "Print the logs of pods in the clusters",
		Long:  logsLong,
		Example: `  fedctl logs deployment/web -n shop --member-access=kubeconfig --tail=20
  fedctl logs web-5d9f-x7k2p -C berlin -f`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: s.CompleteReferences,
		PreRunE:           func(*cobra.Command, []string) error { return r.validate() },
		RunE:              func(c *cobra.Command, args []string) error { return r.run(c.Context(), args) },
	}
	addClusters(s, command, &r.clusters)
	flags := command.Flags()
	flags.StringVarP(&r.options.Container, "container", "c", "", "only this container; default the one that the pod names as its default, or else its first")
	flags.BoolVar(&r.all, "all-containers", false, "all containers")
	flags.BoolVarP(&r.options.Follow, "follow", "f", false, "go on with what is written from now on")
	flags.BoolVarP(&r.options.Previous, "previous", "p", false, "of the container before its last restart")
	flags.BoolVar(&r.options.Timestamps, "timestamps", false, "begin each line with its time")
	flags.Int64Var(&r.tail, "tail", -1, "only so many lines of each log, the last ones; -1 is all")
	flags.DurationVar(&r.since, "since", 0, "only lines that are not older than this, such as 10m; 0 is all")
	flags.IntVar(&r.most, "most", 20, "how many logs to read at the most")
	return command
}

func (r *reading) validate() error {
	switch {
	case r.tail < -1:
		return fmt.Errorf("--tail %d: want -1 or more", r.tail)
	case r.since < 0:
		return fmt.Errorf("--since %s: want 0 or more", r.since)
	case r.all && r.options.Container != "":
		return fmt.Errorf("--all-containers and --container: leave out one of the two")
	case r.most < 1:
		return fmt.Errorf("--most %d: want 1 or more", r.most)
	}
	if r.tail >= 0 {
		r.options.TailLines = &r.tail
	}
	if seconds := int64(r.since.Round(time.Second).Seconds()); r.since > 0 {
		seconds = max(1, seconds)
		r.options.SinceSeconds = &seconds
	}
	return nil
}

func (r *reading) run(ctx context.Context, args []string) error {
	logs, what, partly, err := r.find(ctx, args)
	switch {
	case err != nil:
		return err
	case len(logs) == 0 && partly != nil:
		return partly
	case len(logs) == 0:
		return fmt.Errorf("there are no pods of %s in the clusters that were asked", what)
	case len(logs) > r.most:
		return fmt.Errorf("there are %d logs, and %d are the most: name a cluster (-C) or a pod, or allow more (--most)", len(logs), r.most)
	}
	return cmp.Or(r.print(ctx, logs), partly)
}

// find is which logs there are. What is not known is told, and partly is what the verb
// ends with.
func (r *reading) find(ctx context.Context, args []string) (logs []logOf, what string, partly, err error) {
	word, name, slash := strings.Cut(args[0], "/")
	if len(args) == 2 {
		name = args[1]
	}
	isPod := !slash && len(args) == 1
	if isPod {
		name = word
	}
	if isPod || slices.Contains([]string{"pod", "pods", "po"}, strings.ToLower(word)) {
		logs, partly, err = r.ofPod(ctx, name)
		return logs, fmt.Sprintf("the name %q in namespace %q", name, r.namespace), partly, err
	}
	o, err := find(ctx, r.Session, args)
	if err != nil {
		return nil, "", nil, err
	}
	r.host = o.host
	logs, partly, err = r.ofObject(ctx, o)
	return logs, fmt.Sprintf("%s %q", o.kind.Spec.TargetType.Kind, o.object.GetName()), partly, err
}

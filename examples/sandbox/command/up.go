package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// upOptions are the flags of up.
type upOptions struct {
	topology
	foreground bool
	serversDir string
	self       []string // the words of the command line that lead to up
}

// pathOf are the names of a command and of those that it is below, without the program.
func pathOf(c *cobra.Command) []string {
	if !c.HasParent() {
		return nil
	}
	return append(pathOf(c.Parent()), c.Name())
}

func upCommand(name *string) *cobra.Command {
	var opts upOptions
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start a host and some members, and write one kubeconfig with a context for each",
		Long: `Start a host and some members, and write one kubeconfig with a context for each.

Each is a real cluster: kube-apiserver, kube-controller-manager and kube-scheduler,
with pretend nodes on which Deployments become Ready. A pod that fits on no node
stays Pending. One cluster takes about 600 MB, a bare one 280 MB; all listen on
127.0.0.1 only. The clusters share one etcd.

The first time, the programs are built from source; see "sandbox build".
Running it again while the sandbox is up changes nothing.`,
		Example: `  sandbox up
  sandbox up --members 2 --nodes 3 --node-cpu 8 --region member1=eu --zone member1=eu-west-1
  sandbox up --bare --members 10
  sandbox up --foreground        # until Ctrl-C`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts.self = pathOf(cmd)
			return up(cmd.Context(), *name, opts, cmd.OutOrStdout())
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&opts.foreground, "foreground", false, "stay, and take everything down when this command ends")
	addServersDir(cmd.Flags(), &opts.serversDir)
	return cmd
}

func up(ctx context.Context, name string, opts upOptions, out io.Writer) error {
	clusters, err := opts.clusters()
	if err != nil {
		return err
	}
	st, err := openStore(name)
	if err != nil {
		return err
	}
	running, err := st.ownerPID()
	if err != nil {
		return err
	}
	if running != 0 {
		return alreadyUp(st, out)
	}
	if _, err := ensureBinaries(ctx, opts, out); err != nil {
		return err
	}
	if !opts.foreground {
		return detach(ctx, st, opts, out)
	}
	return runForeground(ctx, st, clusters, out)
}

func alreadyUp(st store, out io.Writer) error {
	r, ok, err := st.read()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("sandbox %q is starting or stopping: ask `sandbox status` in a moment", st.name())
	}
	fmt.Fprintf(out, "sandbox %q is up already; for other clusters run `sandbox down` first\n", st.name())
	sayHow(st, r, out)
	return nil
}

// runForeground is the sandbox itself: it returns when ctx ends and all is gone.
func runForeground(ctx context.Context, st store, clusters []cluster, out io.Writer) error {
	lock, err := st.take()
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := st.clear(); err != nil {
		return err
	}
	sandbox := &sandbox{store: st, out: out}
	if err := sandbox.start(ctx, clusters); err != nil {
		sandbox.stop()
		return fmt.Errorf("%w; the logs are in %s until `sandbox down`", err, st.dir)
	}
	<-ctx.Done()
	fmt.Fprintf(out, "taking sandbox %q down\n", st.name())
	sandbox.stop()
	return st.remove()
}

// sayHow ends an up: how to use what is there.
func sayHow(st store, r record, out io.Writer) {
	fmt.Fprintf(out, "\n  export KUBECONFIG=%s\n", st.kubeconfig())
	for _, c := range r.Clusters {
		fmt.Fprintf(out, "  kubectl --context %s get nodes\n", c.Name)
	}
}

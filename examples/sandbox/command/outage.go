package command

import (
	"fmt"
	"syscall"

	"github.com/spf13/cobra"
)

func pauseCommand(name *string) *cobra.Command {
	cmd := outageCommand(name, outage{verb: "paused", signal: syscall.SIGSTOP})
	cmd.Use = "pause CLUSTER..."
	cmd.Short = "Freeze the API servers of clusters: they accept connections and never answer"
	cmd.Example = "  sandbox pause member2"
	return cmd
}

func continueCommand(name *string) *cobra.Command {
	cmd := outageCommand(name, outage{verb: "continues", signal: syscall.SIGCONT})
	cmd.Use = "continue CLUSTER..."
	cmd.Short = "End a pause"
	cmd.Example = "  sandbox continue member2"
	return cmd
}

func killCommand(name *string) *cobra.Command {
	cmd := outageCommand(name, outage{verb: "killed", signal: syscall.SIGKILL})
	cmd.Use = "kill CLUSTER..."
	cmd.Short = "Kill the API servers of clusters, for good: they come back with the next up"
	cmd.Example = "  sandbox kill member2"
	return cmd
}

// outage is what happens to API servers.
type outage struct {
	verb   string
	signal syscall.Signal
}

func outageCommand(name *string, o outage) *cobra.Command {
	return &cobra.Command{
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, clusters []string) error {
			st, err := openStore(*name)
			if err != nil {
				return err
			}
			for _, cluster := range clusters {
				if err := o.strike(st, cluster); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", cluster, o.verb)
			}
			return nil
		},
	}
}

// strike signals the process group of one API server.
func (o outage) strike(st store, cluster string) error {
	r, ok, err := st.read()
	if err != nil {
		return err
	}
	if !ok {
		return st.errNotUp()
	}
	for _, c := range r.Clusters {
		if c.Name == cluster {
			return syscall.Kill(-c.Processes[0].PID, o.signal)
		}
	}
	return fmt.Errorf("sandbox %q has no cluster %q: `sandbox status` lists them", st.name(), cluster)
}

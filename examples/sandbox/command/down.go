package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// downGrace is how long a sandbox may take to stop its processes.
const downGrace = 20 * time.Second

func downCommand(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop every process of the sandbox and remove its data",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return down(cmd.Context(), *name, cmd.OutOrStdout())
		},
	}
}

func down(ctx context.Context, name string, out io.Writer) error {
	st, err := openStore(name)
	if err != nil {
		return err
	}
	pid, err := st.ownerPID()
	if err != nil {
		return err
	}
	if pid == 0 {
		fmt.Fprintf(out, "sandbox %q is not up\n", name)
		return st.remove()
	}
	if err := end(ctx, st, pid); err != nil {
		return fmt.Errorf("take sandbox %q down (process %d): %w", name, pid, err)
	}
	fmt.Fprintf(out, "sandbox %q is down\n", name)
	return st.remove()
}

// end asks the owner to stop everything, and kills it when it takes too long; what
// it owns dies with it.
func end(ctx context.Context, st store, pid int) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return err
	}
	patient, cancel := context.WithTimeout(ctx, downGrace)
	defer cancel()
	if err := awaitEnd(patient, st); err == nil || ctx.Err() != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return awaitEnd(ctx, st)
}

// awaitEnd returns when no process owns the sandbox.
func awaitEnd(ctx context.Context, st store) error {
	tick := time.NewTicker(watchPeriod)
	defer tick.Stop()
	for {
		pid, err := st.ownerPID()
		if err != nil || pid == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

const watchPeriod = 100 * time.Millisecond

// detach runs `up --foreground` in a session of its own and returns when that
// sandbox is up. The sandbox then lives until `down`, with one process that owns
// all others: when it dies, so do they.
func detach(ctx context.Context, st store, opts upOptions, out io.Writer) error {
	if err := errors.Join(os.MkdirAll(st.dir, 0o700), st.clear()); err != nil {
		return err
	}
	log, err := os.Create(st.log())
	if err != nil {
		return err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, opts.args(st.name())...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return watchStart(ctx, st, start{cmd.Process, ended}, out)
}

// start is a sandbox on its way up.
type start struct {
	process *os.Process
	ended   <-chan error
}

// watchStart shows what the sandbox says until it is up or has ended. When ctx ends
// first, the sandbox is taken down again.
func watchStart(ctx context.Context, st store, s start, out io.Writer) error {
	log, err := os.Open(st.log())
	if err != nil {
		return err
	}
	defer log.Close()
	tick := time.NewTicker(watchPeriod)
	defer tick.Stop()
	for {
		_, up, err := st.read()
		if _, copyErr := io.Copy(out, log); err == nil { // from where the last copy ended
			err = copyErr
		}
		if up || err != nil {
			return err
		}
		select {
		case <-s.ended:
			_, err := io.Copy(out, log)
			return errors.Join(fmt.Errorf("sandbox %q did not start", st.name()), err)
		case <-ctx.Done():
			err := s.process.Signal(os.Interrupt)
			<-s.ended
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// args are the command line of the sandbox in the foreground.
func (o upOptions) args(name string) []string {
	args := append(slices.Clone(o.self),
		"--foreground",
		"--name="+name,
		fmt.Sprintf("--members=%d", o.members),
		fmt.Sprintf("--bare=%t", o.bare),
		fmt.Sprintf("--nodes=%d", o.nodes),
		"--node-cpu="+o.nodeCPU.String(),
		"--node-memory="+o.nodeMemory.String(),
	)
	for _, region := range o.regions {
		args = append(args, "--region="+region)
	}
	for _, zone := range o.zones {
		args = append(args, "--zone="+zone)
	}
	return args
}

package controlplane

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	startTimeout = 2 * time.Minute       // until a part that was started must be ready
	readyPeriod  = 50 * time.Millisecond // between two questions whether it is
	stopGrace    = 3 * time.Second       // between SIGTERM and SIGKILL
	tailLines    = 25                    // of the log, in errors
)

// Process is one running part of a control plane. Its methods may be called
// concurrently.
type Process struct {
	name  string
	path  string
	args  []string
	log   string
	ready func(ctx context.Context) error

	mu     sync.Mutex // guards what follows
	pid    int
	paused bool
	exited chan struct{} // closed when the process has ended; nil before the first start
}

// program is what a process runs, and the folder for its log.
type program struct{ name, path, dir string }

// newProcess only describes the process; Restart starts it, once its flags and its
// question for readiness are set.
func newProcess(p program) *Process {
	return &Process{name: p.name, path: p.path, log: filepath.Join(p.dir, p.name+".log")}
}

// Name is the name of the program, for example "kube-apiserver".
func (p *Process) Name() string { return p.name }

// LogFile is the path of the file that the output of the process is added to,
// across restarts.
func (p *Process) LogFile() string { return p.log }

// PID is the process id, or 0 when the process does not run. A paused process runs.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.runsLocked() {
		return 0
	}
	return p.pid
}

// Pause freezes the process as it is: connections to it stay open and are
// accepted, and no answer comes. Pausing twice is pausing once.
func (p *Process) Pause() error {
	return p.signal("pause", syscall.SIGSTOP)
}

// Continue ends a Pause. It does nothing to a process that is not paused.
func (p *Process) Continue() error {
	return p.signal("continue", syscall.SIGCONT)
}

// Kill ends the process at once, without a chance to tidy up, paused or not,
// and returns when it is gone. Killing what does not run is not an error.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endLocked(syscall.SIGKILL)
}

// Stop asks the process to end, kills it when it takes more than a few seconds,
// and returns when it is gone. Stopping what does not run is not an error.
func (p *Process) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endLocked(syscall.SIGTERM)
}

// Restart starts the process, after killing it when it runs, with the same
// flags, ports, certificates and data. It returns when the process is ready, and
// with the end of the log in the error when it does not get there.
func (p *Process) Restart(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endLocked(syscall.SIGKILL)
	if err := p.startLocked(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	if err := p.awaitLocked(ctx); err != nil {
		p.endLocked(syscall.SIGKILL)
		return fmt.Errorf("start %s: %w; the end of %s:\n%s", p.name, err, p.log, p.LogTail())
	}
	return nil
}

// startLocked starts the process from a goroutine that keeps its thread until the
// process has ended: the kernel ties "die with your parent" to the thread that
// forked, not to the whole parent.
func (p *Process) startLocked() error {
	if p.path == "" {
		return fmt.Errorf("no such binary: run `make binaries`, or set %s to a folder that has it", BinEnv)
	}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(p.path)
	cmd.Args = append([]string{p.name}, p.args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Dir = filepath.Dir(p.log)
	cmd.SysProcAttr = childAttributes()

	started, exited := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in the log; that it ended is in the channel
		}
		close(exited)
	}()
	if err := <-started; err != nil {
		return err
	}
	p.pid, p.paused, p.exited = cmd.Process.Pid, false, exited
	return nil
}

// awaitLocked returns when the process is ready, has ended, or has had its time.
func (p *Process) awaitLocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(readyPeriod)
	defer tick.Stop()
	for {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("it ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("%w before it was ready: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// endLocked sends the signal to all of the process's group and waits.
func (p *Process) endLocked(sig syscall.Signal) {
	if !p.runsLocked() {
		return
	}
	_ = syscall.Kill(-p.pid, sig) // fails only when it is gone already
	if p.paused {
		_ = syscall.Kill(-p.pid, syscall.SIGCONT)
	}
	select {
	case <-p.exited:
	case <-time.After(stopGrace):
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		<-p.exited
	}
}

func (p *Process) signal(verb string, sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.runsLocked() {
		return fmt.Errorf("%s %s: it does not run", verb, p.name)
	}
	if err := syscall.Kill(-p.pid, sig); err != nil {
		return fmt.Errorf("%s %s: %w", verb, p.name, err)
	}
	p.paused = sig == syscall.SIGSTOP
	return nil
}

func (p *Process) runsLocked() bool {
	if p.exited == nil {
		return false
	}
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

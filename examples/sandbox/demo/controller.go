package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopGrace is how long the controller may take to end.
const stopGrace = 15 * time.Second

// controller is the process of the reference controller. It holds a lock on a
// file for as long as it runs, however it ends, so that the process id in the
// file can be trusted. The nil controller has not been started.
type controller struct {
	pid  int
	lock string
}

func (d *demo) startController(ctx context.Context) error {
	if err := d.build(ctx, filepath.Join(d.place.source, "..", "controller"), d.place.controllerProgram()); err != nil {
		return err
	}
	log, err := os.Create(d.place.controllerLog())
	if err != nil {
		return err
	}
	defer log.Close()
	lock, err := os.Create(d.place.controllerLock())
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another demo runs: %s: %w", lock.Name(), err)
	}
	cmd := exec.Command(d.place.controllerProgram(),
		"--kubeconfig="+d.place.controllerKubeconfig(), "--kubefed-namespace="+systemNamespace,
		"--healthz-addr=127.0.0.1:0", "--metrics-addr=", "--dns-publish-time=3s")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it may outlive the demo
	if err := cmd.Start(); err != nil {
		return err
	}
	d.controller = &controller{pid: cmd.Process.Pid, lock: d.place.controllerLock()}
	if _, err := fmt.Fprintln(lock, cmd.Process.Pid); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // how it ends is in its log
	d.say("the controller is process %d, its log is %s", d.controller.pid, d.place.controllerLog())
	return nil
}

// leftController is the one of an earlier demo, nil when there is none.
func (d *demo) leftController() (*controller, error) {
	c := &controller{lock: d.place.controllerLock()}
	content, err := os.ReadFile(c.lock)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	running, err := c.runs()
	if err != nil || !running {
		return nil, err
	}
	c.pid, err = strconv.Atoi(strings.TrimSpace(string(content)))
	return c, err
}

// runs says whether the process is there.
func (c *controller) runs() (bool, error) {
	file, err := os.Open(c.lock)
	if err != nil {
		return false, err
	}
	defer file.Close() // gives back our own lock
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// stop asks the controller to end, and kills it when it takes too long.
func (c *controller) stop() error {
	if c == nil {
		return nil
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		for waited := time.Duration(0); waited < stopGrace; waited += checkPeriod {
			running, err := c.runs()
			if err != nil || !running {
				return err
			}
			if waited == 0 {
				_ = syscall.Kill(c.pid, signal) // it may have ended just now
			}
			time.Sleep(checkPeriod)
		}
	}
	return fmt.Errorf("the controller (process %d) does not end", c.pid)
}

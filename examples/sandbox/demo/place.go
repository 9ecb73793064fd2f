package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sandboxName keeps the demo's sandbox apart from others on this machine.
const sandboxName = "demo"

// place is where the demo finds sources and keeps files.
type place struct {
	source string // examples/sandbox
	files  string // of this user
	cache  string
}

func findPlace() (place, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return place{}, err
	}
	source, err := findSource()
	if err != nil {
		return place{}, err
	}
	p := place{source: source, files: filepath.Join(cache, "fedrail", "demo"), cache: cache}
	return p, os.MkdirAll(p.files, 0o700)
}

// findSource looks for examples/sandbox around the current folder.
func findSource() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		found := filepath.Join(dir, "examples", "sandbox")
		if _, err := os.Stat(filepath.Join(found, "go.mod")); err == nil {
			return found, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no examples/sandbox around %s: run this in the source tree", start)
		}
	}
}

func (p place) kubeconfig() string {
	return filepath.Join(p.cache, "fedrail", "sandbox", sandboxName, "kubeconfig")
}
func (p place) file(name string) string   { return filepath.Join(p.files, name) }
func (p place) sandboxProgram() string    { return filepath.Join(p.files, "sandbox") }
func (p place) controllerProgram() string { return filepath.Join(p.files, "controller") }
func (p place) controllerLog() string     { return filepath.Join(p.files, "controller.log") }
func (p place) controllerKubeconfig() string {
	return filepath.Join(p.files, "controller.kubeconfig")
}
func (p place) controllerLock() string { return filepath.Join(p.files, "controller.lock") }

// build compiles a program of ours. It takes seconds, or a minute with an empty
// cache.
func (d *demo) build(ctx context.Context, source, program string) error {
	began := time.Now()
	cmd := command(ctx, "go", "build", "-o", program, ".")
	cmd.Dir = source
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build in %s: %w\n%s", source, err, output)
	}
	d.say("built %s in %.1fs", filepath.Base(program), time.Since(began).Seconds())
	return nil
}

// command is a program that Ctrl-C reaches through us alone: it is asked to stop
// when ctx ends.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd
}

// sandbox runs a command of the sandbox and shows what it says, indented. When
// ctx ends it is asked to stop, and does so when nothing is left running.
func (d *demo) sandbox(ctx context.Context, args ...string) error {
	if _, err := os.Stat(d.place.sandboxProgram()); errors.Is(err, os.ErrNotExist) {
		return nil // then nothing was started
	}
	cmd := command(ctx, d.place.sandboxProgram(), append([]string{"--name=" + sandboxName}, args...)...)
	cmd.Dir = d.place.source
	cmd.Stdout = &indented{to: d.out}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("sandbox %s: %w\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return nil
}

// tidyUp takes down what an earlier demo has left, after KEEP=1 or a crash.
func (d *demo) tidyUp(ctx context.Context) error {
	if err := d.build(ctx, d.place.source, d.place.sandboxProgram()); err != nil {
		return err
	}
	left, err := d.leftController()
	if err != nil {
		return err
	}
	if left != nil {
		d.say("a controller of an earlier demo still runs (process %d); stopping it", left.pid)
		if err := left.stop(); err != nil {
			return err
		}
	}
	if _, err := os.Stat(d.place.kubeconfig()); err == nil {
		d.say("the clusters of an earlier demo are still there; taking them down")
		return d.sandbox(ctx, "down")
	}
	return nil
}

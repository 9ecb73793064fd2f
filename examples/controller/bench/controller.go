package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/examples/controller/program"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// controller is the process that is measured. It carries no ConfigMaps except
// while the clock runs.
type controller struct {
	command *exec.Cmd
	log     string
	metrics string // URL
	ended   chan struct{}
	began   time.Time
	stopped *usage                    // what it had spent when it was stopped; nil while it runs
	configs dynamic.ResourceInterface // the FederatedTypeConfigs
}

// startController runs the program at path until ctx ends. The context that it
// returns ends when the program does, which it should not do by itself.
func startController(ctx context.Context, path string, g *ground) (*controller, context.Context, error) {
	host, err := dynamic.NewForConfig(g.host.Config())
	if err != nil {
		return nil, nil, err
	}
	kubeconfig, err := g.kubeconfig()
	if err != nil {
		return nil, nil, err
	}
	address, err := program.FreeAddress()
	if err != nil {
		return nil, nil, err
	}
	c := &controller{
		metrics: "http://" + address + "/metrics",
		log:     filepath.Join(g.dir, "controller.log"), ended: make(chan struct{}),
		configs: host.Resource(corev1beta1.FederatedTypeConfigs()).Namespace(corev1beta1.DefaultNamespace),
	}
	c.command = exec.CommandContext(ctx, path, "--kubeconfig="+kubeconfig,
		"--kubefed-namespace="+corev1beta1.DefaultNamespace, "--leader-elect=false", "--healthz-addr=", "--metrics-addr="+address)
	c.command.Cancel = func() error { return c.command.Process.Signal(syscall.SIGTERM) }
	c.command.WaitDelay = program.StopGrace
	c.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us, and we stop it
	ctx, fail := context.WithCancelCause(ctx)
	if err := c.start(fail); err != nil {
		fail(nil)
		return nil, nil, fmt.Errorf("start the controller: %w", err)
	}
	return c, ctx, nil
}

func (c *controller) start(fail context.CancelCauseFunc) error {
	log, err := os.Create(c.log)
	if err != nil {
		return err
	}
	defer log.Close()
	c.command.Stdout, c.command.Stderr = log, log
	c.began = time.Now()
	if err := c.command.Start(); err != nil {
		return err
	}
	go func() {
		_ = c.command.Wait() // its state says how it ended
		close(c.ended)
		fail(fmt.Errorf("the controller ended by itself: %v", c.command.ProcessState))
	}()
	return nil
}

func (c *controller) signal(s syscall.Signal) error {
	if err := c.command.Process.Signal(s); err != nil {
		return fmt.Errorf("controller: %w", err)
	}
	return nil
}

// stop ends the process and waits for that.
func (c *controller) stop() {
	_ = c.command.Process.Signal(syscall.SIGCONT)
	_ = c.command.Process.Signal(syscall.SIGTERM) // fails only when it has ended
	select {
	case <-c.ended:
	case <-time.After(program.StopGrace):
		_ = c.command.Process.Kill()
		<-c.ended
	}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fedrail/fedrail/examples/controller/program"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// config has trouble with a member be known soon.
const config = `
apiVersion: core.kubefed.io/v1beta1
kind: KubeFedConfig
metadata:
  name: kubefed
spec:
  scope: Cluster
  clusterHealthCheck:
    period: 1s
    failureThreshold: 2
    timeout: 3s
`

// controller is the process that is tested, and started again and again. It is
// used by one goroutine at a time.
type controller struct {
	path    string
	args    []string
	log     string
	metrics string // URL

	command *exec.Cmd
	ended   chan struct{} // closed when the process has ended; nil before the first start
}

func newController(ctx context.Context, path string, g *ground) (*controller, error) {
	kubeconfig, err := g.kubeconfig(ctx)
	if err != nil {
		return nil, err
	}
	configured := filepath.Join(g.dir, "kubefed.yaml")
	if err := os.WriteFile(configured, []byte(config), 0o600); err != nil {
		return nil, err
	}
	address, err := program.FreeAddress()
	if err != nil {
		return nil, err
	}
	return &controller{
		path: path, log: filepath.Join(g.dir, "controller.log"), metrics: "http://" + address + "/metrics",
		args: []string{
			"--kubeconfig=" + kubeconfig, "--kubefed-config=" + configured, "--kubefed-namespace=" + corev1beta1.DefaultNamespace,
			"--leader-elect=false", "--healthz-addr=", "--metrics-addr=" + address,
		},
	}, nil
}

// start starts the process anew.
func (c *controller) start() error {
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.command = exec.Command(c.path, c.args...)
	c.command.Stdout, c.command.Stderr = log, log
	c.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us, and we stop it
	if err := c.command.Start(); err != nil {
		return fmt.Errorf("start the controller: %w", err)
	}
	command, ended := c.command, make(chan struct{})
	c.ended = ended
	go func() {
		_ = command.Wait() // its state says how it ended
		close(ended)
	}()
	return nil
}

// runs is an error when the process has ended by itself.
func (c *controller) runs() error {
	select {
	case <-c.ended:
		return fmt.Errorf("the controller ended by itself: %v", c.command.ProcessState)
	default:
		return nil
	}
}

// kill ends the process at once, if it runs, and returns when it is gone.
func (c *controller) kill() {
	if c.ended == nil {
		return
	}
	_ = c.command.Process.Kill() // it may have ended
	<-c.ended
}

// stop asks the process to end. It is an error when it does not, or not well.
func (c *controller) stop() error {
	if err := c.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the controller: %w", err)
	}
	select {
	case <-c.ended:
	case <-time.After(program.StopGrace):
		return fmt.Errorf("the controller does not end within %v of SIGTERM", program.StopGrace)
	}
	if !c.command.ProcessState.Success() {
		return fmt.Errorf("the controller was asked to end: %v", c.command.ProcessState)
	}
	return nil
}

// goroutines is how many there are in the process, going by its metrics.
func (c *controller) goroutines(ctx context.Context) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.metrics, nil)
	if err != nil {
		return 0, err
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("metrics of the controller: %w", err)
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if n, found := strings.CutPrefix(lines.Text(), "go_goroutines "); found {
			return strconv.Atoi(n)
		}
	}
	return 0, errors.New("metrics of the controller: there is no go_goroutines")
}

package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// process is an agent that runs as a process of its own.
type process struct {
	cmd   *exec.Cmd
	log   *bytes.Buffer // complete when it has ended
	ended chan struct{}
}

func start(t *testing.T, args []string) *process {
	p := &process{cmd: exec.Command(os.Args[0], args...), log: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asAgent+"=1")
	p.cmd.Stderr = p.log
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // the test looks at the exit code
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Log(p.log)
		}
	})
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// process is an agent that runs as a process of its own.
type process struct {
	cmd   *exec.Cmd
	log   *output
	ended chan struct{}
}

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(data)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func start(t *testing.T, args []string) *process {
	p := &process{cmd: exec.Command(os.Args[0], args...), log: &output{}, ended: make(chan struct{})}
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

// get asks the process over HTTP.
func (p *process) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	var address []string
	require.Eventually(t, func() bool {
		address = regexp.MustCompile(`msg="serving health" address=(\S+)`).FindStringSubmatch(p.log.String())
		return address != nil
	}, soon, tick)
	answer, err := http.Get("http://" + address[1] + path)
	require.NoError(t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(content)
}

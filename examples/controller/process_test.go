package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	soon = 30 * time.Second // until what is claimed must be so
	tick = 20 * time.Millisecond
)

// process is a controller that runs as a process of its own.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   *output
	ended chan struct{} // closed at its end
}

// startProcess starts the controller with these arguments. It is killed when the
// test ends.
func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...), log: &output{}, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asController+"=1")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // tests look at the exit code
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("log of process %d:\n%s", p.cmd.Process.Pid, p.log)
		}
	})
	return p
}

// says waits until the log has the text.
func (p *process) says(text string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return bytes.Contains(p.log.bytes(), []byte(text)) }, soon, tick, "log has %q", text)
}

// get asks the process over HTTP.
func (p *process) get(path string) (status int, body string) {
	p.t.Helper()
	p.says("serving health and metrics")
	address := regexp.MustCompile(`address="([^"]+)"`).FindSubmatch(p.log.bytes())
	require.Len(p.t, address, 2)
	ctx, cancel := context.WithTimeout(p.t.Context(), soon)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+string(address[1])+path, nil)
	require.NoError(p.t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(p.t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	require.NoError(p.t, err)
	return answer.StatusCode, string(content)
}

// isReady waits until /readyz says that it is, in that role.
func (p *process) isReady(role string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		status, body := p.get("/readyz")
		return status == http.StatusOK && body == "ok: "+role+"\n"
	}, soon, tick, "ready as %s", role)
}

// kill ends it at once, and returns when it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// terminate asks it to end, and returns its exit code.
func (p *process) terminate() int {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	return p.exit()
}

// exit waits for its end and returns the exit code.
func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(soon):
		require.Fail(p.t, "it does not end")
	}
	return p.cmd.ProcessState.ExitCode()
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

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.text.Bytes())
}

func (o *output) String() string { return string(o.bytes()) }

// file writes a file for the test and returns its path.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// Package program is the reference controller as a program that others build and
// run: to measure it, and to break it.
package program

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// module is the package that is the program.
const module = "github.com/fedrail/fedrail/examples/controller"

// StopGrace is how long the controller may take to end after SIGTERM.
const StopGrace = 15 * time.Second

// Build compiles the controller into a folder, and returns its path.
func Build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "controller")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, module).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the controller (run in examples/controller, or set --controller): %w\n%s", err, out)
	}
	return path, nil
}

// LogTail is the end of a log file, or why it cannot be read.
func LogTail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	const shown = 4000
	return string(content[max(0, len(content)-shown):])
}

// FreeAddress is one on the loopback interface where nobody listens now.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

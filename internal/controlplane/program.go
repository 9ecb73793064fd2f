package controlplane

import (
	"context"
	"os"
	"path/filepath"
)

// Program is a program that runs beside control planes and is no part of one, such
// as a DNS server.
type Program struct {
	Name string // what it is called by, and the name of its log
	Path string // the file to run, absolute
	Dir  string // its current folder, which also gets its log; created when it is not there

	// Launch says how it is run when it may listen on this port of 127.0.0.1. It is
	// called again, with another port, when somebody took the first one.
	Launch func(port int) (Launch, error)
}

// Launch is how a program is run.
type Launch struct {
	Args  []string
	Ready func(ctx context.Context) error // nil once it serves; see Answers
}

// StartProgram starts the program and returns when it is ready. The caller stops it.
func StartProgram(ctx context.Context, p Program) (*Process, error) {
	dir, err := filepath.Abs(p.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var process *Process
	err = startOnFreePort(ctx, func(port int) (*Process, error) {
		launch, err := p.Launch(port)
		if err != nil {
			return nil, err
		}
		process = newProcess(program{name: p.Name, path: p.Path, dir: dir})
		process.args, process.ready = launch.Args, launch.Ready
		return process, nil
	})
	if err != nil {
		return nil, err
	}
	return process, nil
}

// Answers is a Ready that waits for a GET of the URL to be answered with 200.
func Answers(url string) func(ctx context.Context) error {
	return func(ctx context.Context) error { return probe(ctx, oneShot(nil), url) }
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fedrail/fedrail/internal/controlplane"
)

// reportPeriod is how often a long stage says how far it is.
const reportPeriod = 5 * time.Second

// compilation is one build of the programs.
type compilation struct {
	source string // the module
	draft  string // a new folder beside target, for what is not whole yet
	target string
	out    io.Writer
	began  time.Time
}

// stage is one go command. Each line that it writes to its standard error is one
// step: a module that it fetches, or a package that it compiles.
type stage struct {
	title string
	steps string // what a step is, for people
	args  []string
}

func compile(ctx context.Context, c compilation) error {
	fmt.Fprintf(c.out, "building Kubernetes %s and kwok from %s\n", controlplane.Version, c.source)
	fmt.Fprintln(c.out, "with empty Go caches this takes 5 to 8 minutes on two cores, and seconds afterwards")
	packages, err := c.run(ctx, stage{"1/3 fetch modules", "modules fetched", []string{"list", "-deps", ".", "./kwok"}})
	if err != nil {
		return err
	}
	steps := fmt.Sprintf("packages compiled, of at most %d; linking is last", packages)
	flags := []string{"build", "-v", "-trimpath", "-ldflags", "-s -w -X k8s.io/component-base/version.gitVersion=" + controlplane.Version, "-o"}
	for _, s := range []stage{
		{"2/3 build the four of Kubernetes", steps, append(slices.Clone(flags), filepath.Join(c.draft, serversFile), ".")},
		{"3/3 build kwok", steps, append(slices.Clone(flags), filepath.Join(c.draft, kwokFile), "./kwok")},
	} {
		if _, err := c.run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// run reports at the start, at every period and at the end. It returns how many
// lines the command wrote to its standard output; the error carries what it wrote
// to the other.
func (c compilation) run(ctx context.Context, s stage) (int, error) {
	report := func(what string) {
		fmt.Fprintf(c.out, "%6s  %s: %s\n", time.Since(c.began).Round(time.Second), s.title, what)
	}
	report("started")
	var steps, answer lineCounter
	cmd := exec.CommandContext(ctx, "go", s.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.source, &answer, &steps
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(reportPeriod)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			report(fmt.Sprintf("%d %s", steps.count(), s.steps))
		case err := <-ended:
			if err != nil {
				return 0, fmt.Errorf("go %s: %w\n%s", strings.Join(s.args, " "), err, steps.tail())
			}
			report("done")
			return answer.count(), nil
		}
	}
}

// lineCounter counts what is written to it by lines and keeps the end.
type lineCounter struct {
	mu    sync.Mutex // guards what follows
	lines int
	kept  []byte
}

const keptBytes = 8 << 10

func (l *lineCounter) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines += bytes.Count(data, []byte("\n"))
	l.kept = append(l.kept, data...)
	l.kept = l.kept[max(0, len(l.kept)-keptBytes):]
	return len(data), nil
}

func (l *lineCounter) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines
}

func (l *lineCounter) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.kept)
}

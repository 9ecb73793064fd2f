package programs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// reportPeriod is how often a long stage says how far it is.
const reportPeriod = 5 * time.Second

// compilation is one build of the programs.
type compilation struct {
	Module
	draft string // a new folder, for what is not whole yet
	out   io.Writer
	began time.Time
}

// stage is one go command. Each line that it writes to its standard error is one
// step: a module that it fetches, or a package that it compiles.
type stage struct {
	title string
	steps string // what a step is, for people
	args  []string
}

func (c compilation) compile(ctx context.Context) error {
	fmt.Fprintf(c.out, "building %s from %s\n", c.Title, c.Source)
	fmt.Fprintf(c.out, "with empty Go caches this takes %s on two cores, and seconds afterwards\n", c.Duration)
	packages, err := c.run(ctx, c.fetching())
	if err != nil {
		return err
	}
	steps := fmt.Sprintf("packages compiled, of at most %d; linking is last", packages)
	for i, program := range c.Programs {
		title := fmt.Sprintf("%d/%d build %s", i+2, len(c.Programs)+1, program.Title)
		if _, err := c.run(ctx, stage{title, steps, c.building(program)}); err != nil {
			return err
		}
	}
	return nil
}

// fetching lists all packages that are needed, a line each.
func (c compilation) fetching() stage {
	args := []string{"list", "-deps"}
	for _, program := range c.Programs {
		args = append(args, program.Package)
	}
	return stage{fmt.Sprintf("1/%d fetch modules", len(c.Programs)+1), "modules fetched", args}
}

// building are the arguments of go for one program.
func (c compilation) building(program Program) []string {
	return []string{"build", "-v", "-trimpath", "-ldflags", strings.TrimSpace("-s -w " + program.LDFlags),
		"-o", filepath.Join(c.draft, program.File), program.Package}
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
	cmd.Dir, cmd.Env = c.Source, append(os.Environ(), c.Env...)
	cmd.Stdout, cmd.Stderr = &answer, &steps
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

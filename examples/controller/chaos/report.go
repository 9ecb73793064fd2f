package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fedrail/fedrail/examples/controller/program"
)

// heartbeat is the longest that nothing is said.
const heartbeat = 5 * time.Second

// progress tells people what goes on.
type progress struct {
	out   io.Writer
	began time.Time
	stop  chan struct{}
	ended sync.WaitGroup

	mu   sync.Mutex // guards what follows, and out
	now  string
	more string // of what goes on
	said time.Time
}

// newProgress says what goes on at least every few seconds, until its end.
func newProgress(out io.Writer) *progress {
	p := &progress{out: out, began: time.Now(), stop: make(chan struct{})}
	p.ended.Go(p.beat)
	return p
}

func (p *progress) end() {
	close(p.stop)
	p.ended.Wait()
}

func (p *progress) beat() {
	tick := time.NewTicker(heartbeat / 5)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			p.mu.Lock()
			if time.Since(p.said) >= heartbeat {
				p.writeLocked("… " + p.now + p.more)
			}
			p.mu.Unlock()
		}
	}
}

// doing says what goes on from now on.
func (p *progress) doing(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now, p.more = fmt.Sprintf(format, args...), ""
	if time.Since(p.said) >= heartbeat {
		p.writeLocked(p.now)
	}
}

// detail says how far what goes on is.
func (p *progress) detail(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.more = ": " + fmt.Sprintf(format, args...)
}

// say says what has happened.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writeLocked(fmt.Sprintf(format, args...))
}

func (p *progress) writeLocked(text string) {
	p.said = time.Now()
	_, _ = fmt.Fprintf(p.out, "[%7.1fs] %s\n", time.Since(p.began).Seconds(), text)
}

// results are the times until all was right again, by fault.
type results map[string][]time.Duration

func (r *results) add(fault string, took time.Duration) {
	if *r == nil {
		*r = results{}
	}
	(*r)[fault] = append((*r)[fault], took)
}

// table is a line for each fault.
func (r results) table() string {
	text := fmt.Sprintf("%-20s %6s %10s %10s\n", "fault", "times", "median", "longest")
	for _, name := range slices.Sorted(maps.Keys(r)) {
		took := slices.Sorted(slices.Values(r[name]))
		text += fmt.Sprintf("%-20s %6d %10v %10v\n", name, len(took),
			took[len(took)/2].Round(10*time.Millisecond), took[len(took)-1].Round(10*time.Millisecond))
	}
	return text
}

func (r results) count() int {
	n := 0
	for _, took := range r {
		n += len(took)
	}
	return n
}

// verdict says how it went. An error is one of the run; it comes back with what
// somebody needs to look into it.
func (p *play) verdict(ctx context.Context, err error) error {
	if len(p.results) > 0 {
		p.say("time from the end of a fault until all was right:\n%s", p.results.table())
	}
	switch {
	case err == nil:
		p.say("verdict: right after each of %d faults (seed %d)", p.results.count(), p.seed)
		return nil
	case ctx.Err() != nil:
		p.say("verdict: none, it was interrupted; right after each of %d faults until then (seed %d)", p.results.count(), p.seed)
		return context.Cause(ctx)
	}
	p.say("verdict: WRONG after %d faults that went well (seed %d)", p.results.count(), p.seed)
	if p.controller != nil {
		err = fmt.Errorf("%w\nthe end of the controller's log:\n%s", err, program.LogTail(p.controller.log))
	}
	return err
}

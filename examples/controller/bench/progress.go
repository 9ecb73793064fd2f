package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// silence is how long nothing is said at the most; beat is how often that is
// looked at.
const (
	silence = 1700 * time.Millisecond
	beat    = 100 * time.Millisecond
)

// progress tells people what goes on, and while that goes on, how far it is. It
// is safe for concurrent use.
type progress struct {
	out   io.Writer
	began time.Time

	mu    sync.Mutex
	doing string
	far   func() string // how far that is; nil when nobody knows
	said  time.Time     // when anything was said last
}

// newProgress repeats what is being done until ctx ends.
func newProgress(ctx context.Context, out io.Writer) *progress {
	p := &progress{out: out, began: time.Now(), said: time.Now(), doing: "beginning"}
	go func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.remind()
			}
		}
	}()
	return p
}

// say tells of something that begins, or ended.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing, p.far = fmt.Sprintf(format, args...), nil
	p.writeLocked(p.doing)
}

// during says what is being done from now on, should that take long. far tells
// how far it is, and may be nil; it is called from another goroutine.
func (p *progress) during(what string, far func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing, p.far = what, far
}

func (p *progress) remind() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case time.Since(p.said) < silence:
	case p.far == nil:
		p.writeLocked("… " + p.doing)
	default:
		p.writeLocked("… " + p.doing + ": " + p.far())
	}
}

func (p *progress) writeLocked(line string) {
	p.said = time.Now()
	_, _ = fmt.Fprintf(p.out, "[%6.1fs] %s\n", time.Since(p.began).Seconds(), line)
}

package push

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// soon is how long a member may take to answer the smallest question.
const soon = time.Second

// listen asks a member that was silent until it answers, and then has all that
// waits for it go on, whatever its back-off, until ctx ends. A member that
// answers when it is asked for the first time was not silent: what got no answer
// is then tried again in its own time.
func (m *member) listen(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.hearing.news:
		}
		delay, asked, was := m.backoff(), 0, m.hearing.silence() != nil
		for ; !m.answers(ctx); asked++ {
			if !pause(ctx, delay.Step()) {
				return
			}
		}
		if asked > 0 || was {
			m.records.changed(propagation.Key{})
		}
	}
}

// answers says whether the member answers anything at all.
func (m *member) answers(ctx context.Context) bool {
	ctx, done := context.WithTimeout(ctx, soon)
	defer done()
	_, err := m.link(m.kind).resources(m.options.Namespace).list(ctx, metav1.ListOptions{Limit: 1, LabelSelector: propagation.ManagedLabel + "=true"})
	return err == nil || answered(err)
}

// backoff is the time between two tries to watch the member, or to get an answer
// from it.
func (m *member) backoff() wait.Backoff {
	return wait.Backoff{Duration: m.options.Backoff, Factor: 2, Jitter: 0.2, Steps: 30, Cap: m.options.MaxBackoff}
}

// pause waits, and says whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// Silence implements [propagation.Hearer].
func (p *Propagator) Silence(name federation.ClusterName) error {
	p.mu.Lock()
	m := p.members[name]
	p.mu.Unlock()
	if m == nil {
		return nil
	}
	return m.hearing.silence()
}

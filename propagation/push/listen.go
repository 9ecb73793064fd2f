package push

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/fedrail/fedrail/propagation"
)

// hearing is how long a member may take to answer the smallest question.
const hearing = time.Second

// noteSilence notes that a request got no answer.
func (m *member) noteSilence() {
	select {
	case m.silence <- struct{}{}:
	default:
	}
}

// listen asks a member that was silent until it answers, and then has all that
// waits for it go on, whatever its back-off, until ctx ends. A member that
// answers when it is asked for the first time was not silent: what got no answer
// is then tried again in its own time.
func (m *member) listen(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.silence:
		}
		delay, asked := m.backoff(), 0
		for ; !m.answers(ctx); asked++ {
			if !pause(ctx, delay.Step()) {
				return
			}
		}
		if asked > 0 {
			m.records.changed(propagation.Key{})
		}
	}
}

// answers says whether the member answers anything at all.
func (m *member) answers(ctx context.Context) bool {
	ctx, done := context.WithTimeout(ctx, hearing)
	defer done()
	_, err := m.link(m.kind).resources("").list(ctx, metav1.ListOptions{Limit: 1, LabelSelector: propagation.ManagedLabel + "=true"})
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

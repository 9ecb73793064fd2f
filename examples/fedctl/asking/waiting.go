package asking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/host"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/status"
)

// waiting is for objects on which something was asked for.
type waiting struct {
	*Verb
	news    chan fact
	pending map[types.UID]*awaited
	failed  error // of those that are not waited for any more
}

// awaited is one of them.
type awaited struct {
	object
	condition federatedkind.Condition // Applied, as it was last told
	token     string                  // what the object asks for now: somebody may have asked again
	answers   []string                // what the controller said, in any order
}

// fact is something that the host said of an object.
type fact struct {
	of     types.UID
	object *unstructured.Unstructured // as it is now, if that is it
	gone   bool                       // it was deleted
	answer string                     // of the controller, by an event
}

// await waits until the controller did what it was asked. What changes meanwhile is
// told.
func (v *Verb) await(ctx context.Context, objects []object) error {
	w := &waiting{Verb: v, news: make(chan fact), pending: map[types.UID]*awaited{}}
	for _, o := range objects {
		w.pending[o.GetUID()] = &awaited{object: o, token: w.wish.value}
	}
	watching, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	defer following.Wait()
	defer stop()
	for _, f := range w.follows(watching) {
		following.Go(func() { host.Follow(watching, f) })
	}
	late := w.late()
	for len(w.pending) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return cli.WithCode(cli.NotYet, errors.Join(w.failed, w.notYet()))
		case f := <-w.news:
			w.take(f)
		}
	}
	return w.failed
}

// late is when the time is over; never where there is no end to it.
func (w *waiting) late() <-chan time.Time {
	if w.timeout == 0 {
		return nil
	}
	return time.After(w.timeout)
}

// take takes a fact into account.
func (w *waiting) take(f fact) {
	p, waits := w.pending[f.of]
	switch {
	case !waits:
	case f.gone:
		delete(w.pending, f.of)
		w.failed = errors.Join(w.failed, fmt.Errorf("%s was deleted while it was waited for", p.title()))
	case f.answer != "":
		p.answers = append(p.answers, f.answer)
	default:
		p.token = f.object.GetAnnotations()[w.wish.annotation]
		w.look(p, f.object)
	}
	if waits && p.isAnswered() {
		w.finish(p)
	}
}

// isAnswered says whether the controller said that it did what the object asks for.
func (p *awaited) isAnswered() bool {
	return p.token != "" && slices.ContainsFunc(p.answers, func(a string) bool { return strings.HasSuffix(a, ": "+p.token) })
}

// look looks at an object. To be tried again is done when every cluster holds what it
// should; that every copy was written anew is told by an event.
func (w *waiting) look(p *awaited, now *unstructured.Unstructured) {
	c := applied(now)
	if w.wish.annotation == federatedkind.RetryAnnotation && c.Status == metav1.ConditionTrue {
		w.finish(p)
		return
	}
	same := c.Status == p.condition.Status && c.Reason == p.condition.Reason && c.Message == p.condition.Message
	if p.condition = c; !same {
		w.progress("%s: %s", p.title(), sentence(c))
	}
}

func (w *waiting) finish(p *awaited) {
	if w.pending[p.GetUID()] == nil {
		return
	}
	delete(w.pending, p.GetUID())
	w.progress("%s: %s", p.title(), w.wish.answered)
}

func (w *waiting) progress(format string, args ...any) {
	if w.Flags.Progress != cli.None {
		w.Tell(format, args...)
	}
}

// notYet says of which objects it is not done in time.
func (w *waiting) notYet() error {
	var lines []string
	for _, p := range w.pending {
		line := sentence(p.condition)
		if p.condition.Status != metav1.ConditionFalse && w.wish.annotation == federatedkind.ReconcileAnnotation {
			line = "the controller has not said so; " + line
		}
		lines = append(lines, p.title()+": "+line)
	}
	slices.Sort(lines)
	return fmt.Errorf("not done within %s: %s", w.timeout, strings.Join(lines, "; "))
}

// applied is the condition of that name, of the newest generation.
func applied(o *unstructured.Unstructured) federatedkind.Condition {
	unknown := federatedkind.Condition{Type: status.Applied, Status: metav1.ConditionUnknown, Message: "the controller has not told how it is yet"}
	s, err := federatedkind.StatusOf(o)
	if err != nil {
		unknown.Message = err.Error()
		return unknown
	}
	for _, c := range s.Conditions {
		if c.Type == status.Applied && max(c.ObservedGeneration, s.ObservedGeneration) == o.GetGeneration() {
			return c
		}
	}
	return unknown
}

func sentence(c federatedkind.Condition) string {
	if c.Type == "" {
		return "the host has not told of it yet"
	}
	text := c.Type + " is " + string(c.Status)
	for _, more := range []string{c.Reason, c.Message} {
		if more != "" {
			text += ": " + more
		}
	}
	return text
}

package propagation

import (
	"cmp"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/fedrail/fedrail/federation"
)

// A Retrier is a [Propagator] that puts off some tries of its own accord, or has
// others try.
type Retrier interface {
	// Retry ends whatever a copy waits with in a cluster for no other reason than that
	// time has to go by. What is as it should be is left alone. It sends no request
	// itself, and may be called concurrently.
	Retry(cluster federation.ClusterName, key Key)
}

// urge ends every back-off of an object, when its intent asks for that now.
func (c *Controller) urge(o *object, in Intent) {
	if !o.isUrged(in) {
		return
	}
	retrier, waits := c.Propagator.(Retrier)
	for _, l := range c.lanes.all() {
		l.queue.Forget(in.Key)
		if waits {
			retrier.Retry(l.name, in.Key)
		}
	}
}

// isUrged says whether an intent asks for what it did not ask for before: to try
// again, to look anew, or to go on. What a first look finds there was asked of
// somebody else.
func (o *object) isUrged(in Intent) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := o.intent
	if before.Parent == "" || before.Parent != in.Parent || in.rests() {
		return false
	}
	return isNews(before.Retry, in.Retry) || isNews(before.Reconcile, in.Reconcile) || before.rests()
}

// isNews says whether a token asks for something that it did not ask for before.
func isNews(before, now string) bool { return now != "" && now != before }

// rememberingLocked is the intent with what was asked last, where it asks for nothing
// now: the same text asks for nothing new later. It remembers that every copy is to be
// written anew.
func (o *object) rememberingLocked(in Intent) Intent {
	if o.intent.Parent != in.Parent {
		return in
	}
	if isNews(o.intent.Reconcile, in.Reconcile) {
		o.renewing = in.Reconcile
	}
	in.Reconcile, in.Retry = cmp.Or(in.Reconcile, o.intent.Reconcile), cmp.Or(in.Retry, o.intent.Retry)
	return in
}

// renewed returns the token with which every copy was to be written anew, once, when
// that is done.
func (o *object) renewed() (token string, done bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.renewing == "" || o.frozen || o.intent.rests() || o.intent.Deleting {
		return "", false
	}
	for _, t := range o.tasks {
		if t.phase != settled {
			return "", false
		}
	}
	token, o.renewing = o.renewing, ""
	return token, true
}

// maxToken is how much of a token is told.
const maxToken = 64

// tellRenewed records an event when every copy was written anew, as it was asked.
func (c *Controller) tellRenewed(o *object, in Intent) {
	recorder, ok := c.Ledger.(Recorder)
	token, done := o.renewed()
	if !ok || !done {
		return
	}
	if len(token) > maxToken {
		token = token[:maxToken] + "..."
	}
	recorder.Record(in, Event{Type: corev1.EventTypeNormal, Reason: "Reconciled",
		Message: fmt.Sprintf("every copy was compared with what it should be and written anew, as asked: %s", token)})
}

package follow

import (
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// subscribe has changed called for what is referred to; nil ends that.
func (f *Following) subscribe(t federation.Type, changed func(propagation.Key)) {
	f.telling.Lock()
	f.changed[t] = changed
	f.telling.Unlock()
	if changed == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for there := range f.known.byTarget {
		if there.of == t {
			f.askLocked(there)
		}
	}
}

// subscribeReferrers has changed called for what refers to others; nil ends that.
func (f *Following) subscribeReferrers(t federation.Type, changed func(propagation.Key)) {
	f.telling.Lock()
	defer f.telling.Unlock()
	f.referrers[t] = changed
}

// tellReferrers asks to look at these again.
func (f *Following) tellReferrers(concerned []referrer) {
	f.telling.Lock()
	defer f.telling.Unlock()
	for _, who := range concerned {
		if changed := f.referrers[who.of]; changed != nil {
			changed(who.key)
		}
	}
}

// tell asks to look at these again, and at what ServiceAccounts among them refer
// to.
func (f *Following) tell(concerned []target) {
	f.mu.Lock()
	concerned = f.withThroughLocked(concerned)
	f.mu.Unlock()
	f.telling.Lock()
	defer f.telling.Unlock()
	for _, t := range concerned {
		if changed := f.changed[t.of]; changed != nil {
			changed(t.key)
		}
	}
}

const (
	// unlistedPause is when to ask again who refers to something.
	unlistedPause = 200 * time.Millisecond
	// longestPause is when to ask again what is asked time after time, as while
	// many objects are being listed.
	longestPause = 2 * time.Second
)

// askAgain has a target looked at again soon.
func (f *Following) askAgain(t target) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.askLocked(t)
}

func (f *Following) askLocked(t target) {
	if len(f.asked) == 0 {
		time.AfterFunc(f.pauseLocked(time.Now()), f.tellAsked)
	}
	f.asked[t] = true
}

// pauseLocked is how long to wait with what is asked now: twice as long as the
// last time, if that is not over long enough for it to be another matter.
func (f *Following) pauseLocked(now time.Time) time.Duration {
	if now.Sub(f.toldAt) > f.pause {
		f.pause = unlistedPause / 2
	}
	f.pause = min(2*f.pause, longestPause)
	return f.pause
}

func (f *Following) tellAsked() {
	f.mu.Lock()
	var all []target
	for t := range f.asked {
		all = append(all, t)
	}
	clear(f.asked)
	f.toldAt = time.Now()
	f.mu.Unlock()
	f.tell(all)
}

// recorders are who to tell of the troubles of a target.
func (f *Following) recorders(t target) map[referrer]propagation.Recorder {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := map[referrer]propagation.Recorder{}
	for _, who := range f.known.to(t) {
		if r := f.reading[who.of]; r != nil && r.recorder != nil {
			found[who] = r.recorder
		}
	}
	return found
}

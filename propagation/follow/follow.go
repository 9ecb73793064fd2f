// Package follow has objects follow those that refer to them: the ConfigMaps,
// Secrets, ServiceAccounts and PersistentVolumeClaims that the pod template of a
// declared object names go to every cluster that the object is placed in, from
// the plain objects of those names on the host.
//
// [References] finds what a pod template names. [Following] knows who refers to
// what. For each type that refers, [Following.Referring] listens to its Source.
// For each type that follows, [Following.Followed] makes a Source and a Ledger
// that stand before the type's own: what is declared there stays as declared,
// and the rest follows. The host's objects are not written to.
//
// A copy that follows has no object of its own on the host that declares it, so
// its parent is worked out from its name: whoever asks about such a copy gets the
// same answer after a restart.
package follow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what a [Following] is made of. Registry is required.
type Options struct {
	Registry federation.Registry
	// Placer is that of the loops of those who refer; default placement.Selector.
	Placer placement.Placer
}

// Following knows which objects refer to which. It is safe for concurrent use.
// Make one with [New] for all types of a federation.
type Following struct {
	Options

	looking sync.Mutex // held from reading an object until that is known

	mu       sync.Mutex
	expected map[federation.Type]bool
	reading  map[federation.Type]*referring
	known    index
	asked    map[target]bool // before all was listed

	telling sync.Mutex
	changed map[federation.Type]func(propagation.Key) // of the Sources that run
}

// Declarations are all objects of a type that may refer to others, also those
// that are not carried now: as long as they are declared, what they refer to
// stays.
type Declarations interface {
	// Declared is the intent of an object, and false when there is none.
	Declared(key propagation.Key) (propagation.Intent, bool, error)
	// Keys are those of all objects; the error is propagation.ErrNotListed until
	// that is known.
	Keys() ([]propagation.Key, error)
}

// New makes a Following that knows of nobody yet.
func New(o Options) (*Following, error) {
	if o.Registry == nil {
		return nil, errors.New("follow: Options.Registry is required")
	}
	if o.Placer == nil {
		o.Placer = placement.Selector{}
	}
	return &Following{Options: o,
		expected: map[federation.Type]bool{}, reading: map[federation.Type]*referring{}, known: newIndex(),
		changed: map[federation.Type]func(propagation.Key){}, asked: map[target]bool{}}, nil
}

// Expect says which types may refer to others. Until each of them was listed
// nothing is said of what follows, and nothing of it changes.
func (f *Following) Expect(all []federation.Type) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.expected)
	for _, t := range all {
		f.expected[t] = true
	}
}

// target is an object that others refer to.
type target struct {
	of  federation.Type
	key propagation.Key
}

// referrer is an object that refers to others.
type referrer struct {
	of  federation.Type
	key propagation.Key
}

func compareReferrers(a, b referrer) int {
	return cmp.Or(cmp.Compare(a.of.String(), b.of.String()), cmp.Compare(a.key.String(), b.key.String()))
}

// referring is a type that refers to others.
type referring struct {
	objects  Declarations
	recorder propagation.Recorder // may be nil
	listed   bool
}

// Referring makes a Source that is like s, and has the Following look at what it
// declares. The recorder, unless it is nil, is told of the troubles of what
// follows.
func (f *Following) Referring(t federation.Type, s propagation.Source, objects Declarations, recorder propagation.Recorder) propagation.Source {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &referring{objects: objects, recorder: recorder}
	f.reading[t] = r
	return listener{Source: s, hear: func(key propagation.Key) { f.tell(f.look(t, r, key)) }}
}

// listener is a Source that somebody listens to.
type listener struct {
	propagation.Source
	hear func(propagation.Key)
}

// Watch implements [propagation.Source].
func (l listener) Watch(ctx context.Context, changed func(propagation.Key)) error {
	return l.Source.Watch(ctx, func(key propagation.Key) {
		l.hear(key)
		changed(key)
	})
}

// look takes over what an object refers to now, and returns what that concerns.
// An object that is being deleted refers to what it referred to until it is gone.
func (f *Following) look(t federation.Type, r *referring, key propagation.Key) []target {
	f.looking.Lock()
	defer f.looking.Unlock()
	in, found, err := r.objects.Declared(key)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch who := (referrer{of: t, key: key}); {
	case err != nil, found && in.Deleting:
		return nil
	case !found || !in.Follow:
		return f.known.set(who, reference{})
	case in.Invalid != nil && f.known.knows(who):
		return nil // its copies stay as they are, and so does what they need
	default:
		return f.known.set(who, referenceOf(in))
	}
}

// complete says whether all who may refer to something are known. It looks at
// those that were listed since it was last asked.
func (f *Following) complete() bool {
	f.mu.Lock()
	missing := map[federation.Type]*referring{}
	for t := range f.expected {
		if r := f.reading[t]; r == nil || !r.listed {
			missing[t] = r
		}
	}
	f.mu.Unlock()
	for t, r := range missing {
		if r == nil || !f.readAll(t, r) {
			return false
		}
	}
	return true
}

// readAll looks at all objects of a type, and says whether they are known.
func (f *Following) readAll(t federation.Type, r *referring) bool {
	keys, err := r.objects.Keys()
	if err != nil {
		return false
	}
	there := map[propagation.Key]bool{}
	for _, key := range keys {
		there[key] = true
		f.tell(f.look(t, r, key))
	}
	f.mu.Lock()
	var gone []referrer
	for _, who := range f.known.referrersOf(t) {
		if !there[who.key] {
			gone = append(gone, who)
		}
	}
	r.listed = true
	f.mu.Unlock()
	for _, who := range gone {
		f.tell(f.look(t, r, who.key))
	}
	return true
}

// tell asks to look at these again.
func (f *Following) tell(concerned []target) {
	f.telling.Lock()
	defer f.telling.Unlock()
	for _, t := range concerned {
		if changed := f.changed[t.of]; changed != nil {
			changed(t.key)
		}
	}
}

// unlistedPause is when to ask again who refers to something.
const unlistedPause = 200 * time.Millisecond

// askAgain has a target looked at again soon.
func (f *Following) askAgain(t target) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.askLocked(t)
}

func (f *Following) askLocked(t target) {
	if len(f.asked) == 0 {
		time.AfterFunc(unlistedPause, f.tellAsked)
	}
	f.asked[t] = true
}

func (f *Following) tellAsked() {
	f.mu.Lock()
	var all []target
	for t := range f.asked {
		all = append(all, t)
	}
	clear(f.asked)
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

// placed is where those who refer to a target are placed, all together. Nobody
// refers to it when referred is false.
func (f *Following) placed(ctx context.Context, t target) (p where, referred bool) {
	f.mu.Lock()
	var all []reference
	for _, who := range f.known.to(t) {
		all = append(all, f.known.byReferrer[who])
	}
	f.mu.Unlock()
	p.clusters = []federation.ClusterName{}
	members := f.Registry.Snapshot()
	for _, r := range all {
		if r.invalid != nil {
			p.unclear = r.invalid
			continue
		}
		req := r.placement
		req.Members = members
		decision, err := f.Placer.Place(ctx, req)
		if err != nil {
			p.unclear = err
		}
		p.clusters = append(p.clusters, decision.Selected...)
		p.awaits = r.awaits
	}
	slices.Sort(p.clusters)
	p.clusters = slices.Compact(p.clusters)
	return p, len(all) > 0
}

// where is where a target should be.
type where struct {
	clusters []federation.ClusterName
	awaits   func(federation.ClusterName) *propagation.Problem
	unclear  error // why that is not known of some who refer to it
}

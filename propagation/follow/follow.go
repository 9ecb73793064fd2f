// Package follow has objects follow those that refer to them: the ConfigMaps,
// Secrets, ServiceAccounts and PersistentVolumeClaims that the pod template of a
// declared object names go to every cluster that the object is placed in, from
// the plain objects of those names on the host. Overrides count: what is named for
// one cluster alone goes there alone. The Secrets that such a ServiceAccount names
// go with it.
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
	"errors"
	"sync"
	"time"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/overrides"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
)

// Options are what a [Following] is made of. Registry is required.
type Options struct {
	Registry federation.Registry
	// Placer is that of the loops of those who refer; default placement.Selector.
	Placer placement.Placer
	// Overrider is that of the loops of those who refer; default
	// overrides.JSONPatch.
	Overrider overrides.Overrider
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
	pause    time.Duration   // between the last time that was asked for, and the one before
	toldAt   time.Time       // when those asked for were told of last

	passed    map[target]bool // ServiceAccounts of which is known what they refer to
	allPassed bool
	fates     map[target]string // why it does not follow; empty when it does
	doubted   map[target]bool   // of which somebody waits to know that

	telling   sync.Mutex
	changed   map[federation.Type]func(propagation.Key) // of the Sources that run
	referrers map[federation.Type]func(propagation.Key) // of the Sources of those who refer
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
	if o.Overrider == nil {
		o.Overrider = overrides.JSONPatch{}
	}
	return &Following{Options: o,
		expected: map[federation.Type]bool{}, reading: map[federation.Type]*referring{}, known: newIndex(),
		changed: map[federation.Type]func(propagation.Key){}, referrers: map[federation.Type]func(propagation.Key){},
		asked: map[target]bool{}, passed: map[target]bool{}, fates: map[target]string{}, doubted: map[target]bool{}}, nil
}

// Expect says which types may refer to others, ServiceAccounts among them where
// they follow. Until each of them was listed nothing is said of what follows, and
// nothing of it changes.
func (f *Following) Expect(all []federation.Type) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.expected)
	for _, t := range all {
		f.expected[t] = true
	}
}

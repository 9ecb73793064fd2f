package follow

import (
	"context"
	"slices"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

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
	return listener{Source: s, following: f, of: t, who: r}
}

var _ propagation.Onlooker = listener{}

// listener is a Source that somebody listens to.
type listener struct {
	propagation.Source
	following *Following
	of        federation.Type
	who       *referring
}

// Get implements [propagation.Source].
func (l listener) Get(ctx context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	in, found, err := l.Source.Get(ctx, key)
	return l.following.withLacks(referrer{of: l.of, key: key}, in), found, err
}

// Watch implements [propagation.Source].
func (l listener) Watch(ctx context.Context, changed func(propagation.Key)) error {
	l.following.subscribeReferrers(l.of, changed)
	defer l.following.subscribeReferrers(l.of, nil)
	return l.Source.Watch(ctx, func(key propagation.Key) {
		l.following.tell(l.following.look(ctx, referrer{of: l.of, key: key}, l.who))
		changed(key)
	})
}

// Placed implements [propagation.Onlooker].
func (l listener) Placed(key propagation.Key, clusters []federation.ClusterName) {
	l.following.tell(l.following.settle(referrer{of: l.of, key: key}, clusters))
}

// settle takes over where an object is placed, and returns what that concerns.
func (f *Following) settle(who referrer, clusters []federation.ClusterName) []target {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, refers := f.known.byReferrer[who]
	if !refers || r.settled != nil && slices.Equal(r.settled, clusters) {
		return nil
	}
	r.settled = append([]federation.ClusterName{}, clusters...)
	f.known.byReferrer[who] = r
	return r.to
}

// look takes over what an object refers to now, and returns what that concerns.
// An object that is being deleted refers to what it referred to until it is gone.
func (f *Following) look(ctx context.Context, who referrer, r *referring) []target {
	f.looking.Lock()
	defer f.looking.Unlock()
	in, found, err := r.objects.Declared(who.key)
	var refers reference
	if err == nil && found && in.Follow {
		refers = f.referenceOf(ctx, in)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil, found && in.Deleting:
		return nil
	case !found || !in.Follow:
		return f.known.set(who, reference{})
	case (in.Invalid != nil || in.Suspended) && f.known.knows(who):
		return nil // its copies stay as they are, and so does what they need
	default:
		refers.settled = f.known.byReferrer[who].settled
		return f.known.set(who, refers)
	}
}

// complete says whether all who may refer to something are known. It looks at
// those that were listed since it was last asked.
func (f *Following) complete(ctx context.Context) bool {
	f.mu.Lock()
	missing := map[federation.Type]*referring{}
	for t := range f.expected {
		if r := f.reading[t]; t != ServiceAccounts() && (r == nil || !r.listed) {
			missing[t] = r
		}
	}
	f.mu.Unlock()
	for t, r := range missing {
		if r == nil || !f.readAll(ctx, t, r) {
			return false
		}
	}
	return true
}

// readAll looks at all objects of a type, and says whether they are known.
func (f *Following) readAll(ctx context.Context, t federation.Type, r *referring) bool {
	keys, err := r.objects.Keys()
	if err != nil {
		return false
	}
	there := map[propagation.Key]bool{}
	for _, key := range keys {
		there[key] = true
		f.tell(f.look(ctx, referrer{of: t, key: key}, r))
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
		f.tell(f.look(ctx, who, r))
	}
	return true
}

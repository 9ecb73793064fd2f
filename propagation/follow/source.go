package follow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/propagation"
)

// FollowedOptions are what [Followed] is made of. Type, Client, Declared and
// Identity are required.
type FollowedOptions struct {
	// Type is one of [Types].
	Type federation.Type
	// Client reads the host's objects, in Namespace alone unless that is empty. It
	// reads nothing before something was referred to.
	Client    dynamic.Interface
	Namespace string
	// Declared are the objects of the type that are declared in so many words;
	// nothing follows in the place of one of them.
	Declared interface {
		propagation.Source
		propagation.Ledger
	}
	// Identity tells the copies that follow in this federation from those in
	// others, for good.
	Identity string
	// Propagator is that of the type. One that is a
	// [propagation.Searcher], as that of package push is, lets copies that nobody refers to any more go also
	// when that happened while nobody was running.
	Propagator propagation.Propagator
}

// Followed are the objects of one type, declared ones and those that follow. Make
// them with [Following.Followed].
type Followed struct {
	FollowedOptions
	following *Following
	host      *host
}

var (
	_ propagation.Source   = (*Followed)(nil)
	_ propagation.Ledger   = (*Followed)(nil)
	_ propagation.Recorder = (*Followed)(nil)
)

// Followed makes the Source and Ledger of a type that follows.
func (f *Following) Followed(o FollowedOptions) (*Followed, error) {
	if o.Type.Kind == "" || o.Client == nil || o.Declared == nil || o.Identity == "" {
		return nil, errors.New("follow: FollowedOptions need Type, Client, Declared and Identity")
	}
	return &Followed{FollowedOptions: o, following: f, host: newHost(o)}, nil
}

// parentOf is the parent of the copies that follow under that name.
func (s *Followed) parentOf(key propagation.Key) types.UID {
	sum := sha256.Sum256([]byte(s.Identity + "/" + key.String()))
	return types.UID("follow-" + hex.EncodeToString(sum[:16]))
}

// Get implements [propagation.Source].
func (s *Followed) Get(ctx context.Context, key propagation.Key) (propagation.Intent, bool, error) {
	in, found, err := s.Declared.Get(ctx, key)
	switch {
	case err != nil:
		if errors.Is(err, propagation.ErrNotListed) {
			s.following.askAgain(target{of: s.Type, key: key}) // it may be declared nowhere: then nobody tells of it
		}
		return in, found, err
	case found:
		s.succeed(&in)
		s.note(key, nil, "")
		return in, true, nil
	}
	there := target{of: s.Type, key: key}
	if !s.following.complete(ctx) {
		s.following.askAgain(there)
		return in, false, fmt.Errorf("who refers to %s: %w", key, propagation.ErrNotListed)
	}
	where, referred := s.following.placed(ctx, there)
	if !s.following.knowsAccounts(s.Type) {
		s.following.askAgain(there)
		if where.clusters, err = s.withHolders(key, where.clusters); err != nil || !referred {
			return in, false, fmt.Errorf("which ServiceAccounts refer to %s: %w", key, propagation.ErrNotListed)
		}
	}
	if !referred {
		s.following.forgetFate(there)
	}
	if !referred && !s.mayBeThere(key) {
		s.pass(key, nil)
		return in, false, nil
	}
	s.host.begin()
	object, _, err := s.host.get(key)
	if err != nil {
		s.following.askAgain(there)
		if s.host.refused.Load() {
			s.following.noteFate(there, fmt.Sprintf("the controller may not list and watch %s on the host: grant it that", s.Type))
		}
		return in, false, err
	}
	if referred {
		s.note(key, object, whyNot(there, object))
	}
	return s.intent(key, where, object), true, nil
}

// note takes over what is known of an object that is referred to: of a
// ServiceAccount, what it refers to itself; and why it does not follow.
func (s *Followed) note(key propagation.Key, object *unstructured.Unstructured, why string) {
	s.pass(key, object)
	s.following.noteFate(target{of: s.Type, key: key}, why)
}

func (s *Followed) pass(key propagation.Key, object *unstructured.Unstructured) {
	if s.Type == ServiceAccounts() {
		s.following.passOn(target{of: s.Type, key: key}, object)
	}
}

// withHolders adds the clusters in which a copy follows already, for it is not
// known yet who else refers to it. An error says that they are not known.
func (s *Followed) withHolders(key propagation.Key, clusters []federation.ClusterName) ([]federation.ClusterName, error) {
	p, knows := s.Propagator.(propagation.Searcher)
	if !knows {
		return nil, propagation.ErrNotListed
	}
	all := slices.Concat(clusters, p.HoldersOf(key, s.parentOf(key)))
	slices.Sort(all)
	return slices.Compact(all), nil
}

// succeed has an object that is declared take the place of a copy that followed.
func (s *Followed) succeed(in *propagation.Intent) {
	if !s.host.begun() {
		return // nothing followed yet
	}
	in.Removal.Former = s.parentOf(in.Key)
	if object, found, err := s.host.get(in.Key); err == nil && found && in.Removal.Spare == "" {
		in.Removal.Spare = object.GetUID()
	}
}

// mayBeThere says whether a copy that nobody refers to may be left somewhere.
func (s *Followed) mayBeThere(key propagation.Key) bool {
	p, knows := s.Propagator.(propagation.Searcher)
	if !knows {
		return s.host.begun()
	}
	return len(p.HoldersOf(key, s.parentOf(key))) > 0
}

// intent is that of an object that follows. Without an object on the host, or
// when nobody refers to it, it is to go.
func (s *Followed) intent(key propagation.Key, p where, object *unstructured.Unstructured) propagation.Intent {
	in := propagation.Intent{Key: key, Parent: s.parentOf(key), Held: true, Invalid: p.unclear, Awaits: p.awaits}
	in.Placement.Object.Kind = s.Type.GroupKind()
	in.Placement.Want.Clusters, in.Placement.Want.Tolerations = p.clusters, tolerateAll() // those who refer to it were asked
	in.Removal.Orphan = s.Type == claims()                                                // what is stored there is not ours to throw away
	if object != nil {
		in.Generation, _ = strconv.ParseInt(object.GetResourceVersion(), 10, 64)
		in.Removal.Spare = object.GetUID() // the host may be a member too
		in.Placement.Object.Labels = object.GetLabels()
	}
	if object == nil || !mayFollow(object) || p.unclear == nil && len(p.clusters) == 0 {
		in.Deleting, in.Invalid = true, nil
		return in
	}
	in.Template = contentOf(object, s.Type)
	return in
}

// Watch implements [propagation.Source].
func (s *Followed) Watch(ctx context.Context, changed func(propagation.Key)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() { s.host.run(ctx, changed) })
	s.following.subscribe(s.Type, changed)
	defer s.following.subscribe(s.Type, nil)
	defer stop()
	return s.Declared.Watch(ctx, changed)
}
